import type { CheckContent, CommentFacts, IssueFacts, PullFacts } from '../../src/github/github.ts';
import { RefusedError } from '../../src/github/errors.ts';
import type { VirtualTime } from './virtual-time.ts';

export const REPOSITORY = { id: 5, owner: 'acme', name: 'shop', defaultBranch: 'main', installationId: 77 } as const;
export const BOT = { id: 900, login: 'reeve[bot]', appId: 4711 } as const;
export const BASE = '0'.repeat(40);
const FIRST_PULL = 100; // issues have the numbers below

type Account = { readonly id: number; readonly login: string };
type Issue = { title: string; isOpen: boolean; readonly labels: Map<string, Account> };
type Comment = Omit<CommentFacts, 'body'> & { body: string; readonly onNumber: number };
type Pull = { readonly number: number; readonly branch: string; isOpen: boolean; isMerged: boolean };
type Check = { readonly id: number; readonly createdAt: number; readonly headSha: string; content: CheckContent };

/** One webhook, and what became of each attempt to deliver it. */
export type Sent = {
  readonly guid: string;
  readonly event: string;
  readonly payload: string;
  readonly attempts: { readonly id: number; readonly at: number; isOk: boolean | null }[];
};

/** What lies at GitHub in one schedule. Each verb is what GitHub does when a request arrives. */
export type Facts = ReturnType<typeof createFacts>;

export function createFacts(time: VirtualTime) {
  const issues = new Map<number, Issue>();
  const comments: Comment[] = [];
  const pulls: Pull[] = [];
  const branches = new Map<string, string>();
  const checks: Check[] = [];
  const reactions = new Set<string>();
  const sent: Sent[] = [];
  /** Comments that somebody deleted. */
  const removed: Comment[] = [];
  /** Attempts that are on their way to our door. */
  const wire: { readonly delivery: Sent; readonly attempt: Sent['attempts'][number] }[] = [];
  let ids = 1000;
  const issueAt = (number: number): Issue => {
    const issue = issues.get(number) ?? (pulls.some((one) => one.number === number) ? pullAsIssue : undefined);
    if (!issue) throw new RefusedError('Not Found', { status: 404 });
    return issue;
  };
  const commentsOn = (number: number): readonly Comment[] => comments.filter((one) => one.onNumber === number);
  const pullAt = (number: number): Pull => {
    const pull = pulls.find((one) => one.number === number);
    if (!pull) throw new RefusedError('Not Found', { status: 404 });
    return pull;
  };
  const headOf = ({ branch }: Pull): string => branches.get(branch) ?? BASE;
  const factsOf = (pull: Pull): PullFacts => ({
    number: pull.number,
    headSha: headOf(pull),
    isOpen: pull.isOpen,
    isMerged: pull.isMerged,
    url: `https://github.test/pull/${pull.number}`,
  });
  const send = (delivery: Sent): void => {
    const attempt = { id: (ids += 1), at: time.now, isOk: null };
    delivery.attempts.push(attempt);
    wire.push({ delivery, attempt });
  };
  return {
    ...{ issues, comments, pulls, branches, checks, reactions, sent, wire, removed, factsOf, headOf, send, issueAt },
    nextId: () => (ids += 1),
    /** Something happened that our webhook hears of. */
    tell(event: string, sender: Account, body: object): Sent {
      const delivery: Sent = { guid: `g-${sent.length + 1}`, event, payload: payloadOf(sender, body), attempts: [] };
      sent.push(delivery);
      send(delivery);
      return delivery;
    },
    issueFacts(number: number): IssueFacts {
      const { title, isOpen, labels } = issueAt(number);
      return {
        ...{ number, title, isOpen, body: 'Please.', author: { id: 11, login: 'mona', standing: 'member' } },
        ...{
          isPull: number >= FIRST_PULL,
          isLocked: false,
          commentCount: commentsOn(number).length,
          labels: [...labels.keys()],
          url: `https://github.test/issues/${number}`,
        },
      };
    },
    commentsOn,
    createComment(onNumber: number, author: Account, body: string): Comment {
      issueAt(onNumber);
      const id = (ids += 1);
      const isBot = author.id === BOT.id;
      const comment = {
        id,
        onNumber,
        body,
        author: { ...author, isBot, standing: 'member' as const },
        createdAt: time.now,
      };
      comments.push(comment);
      return comment;
    },
    updateComment(id: number, body: string): 'updated' | 'gone' {
      const comment = comments.find((one) => one.id === id);
      if (comment) comment.body = body;
      return comment ? 'updated' : 'gone';
    },
    deleteComment(id: number): void {
      const index = comments.findIndex((one) => one.id === id);
      if (index >= 0) removed.push(...comments.splice(index, 1));
    },
    /** By us, which nobody misses. */
    forgetComment(id: number): void {
      const index = comments.findIndex((one) => one.id === id);
      if (index >= 0) comments.splice(index, 1);
    },
    addReaction(commentId: number, content: string): void {
      if (!comments.some(({ id }) => id === commentId)) throw new RefusedError('Not Found', { status: 404 });
      reactions.add(`${commentId}/${content}`);
    },
    findPull(branch: string): PullFacts | null {
      const newest = pulls.findLast((one) => one.branch === branch);
      return newest ? factsOf(newest) : null;
    },
    createPull(branch: string): PullFacts {
      if (!branches.has(branch)) throw new RefusedError('Validation Failed: head', { status: 422 });
      if (pulls.some((one) => one.branch === branch && one.isOpen)) {
        throw new RefusedError(`A pull request already exists for acme:${branch}.`, { status: 422 });
      }
      const pull = { number: FIRST_PULL + pulls.length, branch, isOpen: true, isMerged: false };
      pulls.push(pull);
      return factsOf(pull);
    },
    pull: (number: number): PullFacts => factsOf(pullAt(number)),
    pullAt,
    createCheck(headSha: string, content: CheckContent): number {
      const id = (ids += 1);
      checks.push({ id, createdAt: time.now, headSha, content });
      return id;
    },
    updateCheck(id: number, content: CheckContent): 'updated' | 'gone' {
      const check = checks.find((one) => one.id === id);
      if (check) check.content = content;
      return check ? 'updated' : 'gone';
    },
    redeliver(attemptId: number): void {
      const delivery = sent.find(({ attempts }) => attempts.some(({ id }) => id === attemptId));
      if (!delivery) throw new RefusedError('Not Found', { status: 404 });
      send(delivery);
    },
  };
}

const pullAsIssue: Issue = { title: 'A pull request', isOpen: true, labels: new Map() };

function payloadOf(sender: Account, body: object): string {
  const { id, name, owner, defaultBranch } = REPOSITORY;
  return JSON.stringify({
    ...body,
    repository: { id, name, owner: { login: owner }, default_branch: defaultBranch },
    installation: { id: REPOSITORY.installationId },
    sender: { ...sender, type: sender.id === BOT.id ? 'Bot' : 'User' },
  });
}
