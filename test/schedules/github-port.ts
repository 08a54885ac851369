import { UnknownOutcomeError } from '../../src/github/errors.ts';
import type { GitHub, MayWrite } from '../../src/github/github.ts';
import { REQUEST_TIMEOUT_MS } from '../../src/github/octokit/bounded-fetch.ts';
import { TransientError } from '../../src/lib/errors.ts';
import { BASE, BOT, REPOSITORY, type Facts } from './github-facts.ts';
import type { Points } from './points.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';
import type { Weather } from './weather.ts';

type Parts = {
  readonly facts: Facts;
  readonly points: Points;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly weather: Weather;
  /** The server that sends. */
  readonly owner: number;
  readonly mayWrite: MayWrite;
  /** Hears of each write at the moment in which it takes effect at GitHub. */
  readonly onWrite: (verb: string, subject: string) => void;
};

const LIMITED_MS = 2_000;
const permissions: Readonly<Record<number, 'write' | 'read'>> = { 11: 'write', 12: 'write' };

/**
 * The GitHub port of one server. A new verb of the port is one line: what it does at GitHub, as a read or a write. When it
 * arrives, whether at all, and whether its answer comes back, the schedule decides.
 */
export function createGitHubPort({ facts, points, random, time, weather, owner, mayWrite, onWrite }: Parts): GitHub {
  const limited = (): TransientError =>
    new TransientError('API rate limit exceeded', { retryAt: time.now + random.below(LIMITED_MS) });

  const send = async <Value>(label: string, execute: () => Value): Promise<Value> => {
    if (weather.isClear()) return execute();
    return points.send(owner, { label, untilMs: time.now + REQUEST_TIMEOUT_MS, execute });
  };
  const read = <Value>(verb: string, look: () => Value): Promise<Value> =>
    send(verb, () => {
      if (weather.strikes('read')) throw limited();
      return look();
    });
  const write = async <Value>(verb: string, work: () => Value, subject = ''): Promise<Value> => {
    await mayWrite(REQUEST_TIMEOUT_MS);
    return send(verb, () => {
      if (weather.strikes('limited')) throw limited();
      if (weather.strikes('lost')) throw new UnknownOutcomeError('502 before anything happened');
      onWrite(verb, subject);
      const value = work();
      if (weather.strikes('unanswered')) throw new UnknownOutcomeError('The answer was lost.');
      return value;
    });
  };
  const seen = (at: number): boolean => at + weather.listLagMs <= time.now;
  const carrying = (number: number, marker: string) =>
    facts
      .commentsOn(number)
      .filter(({ body, author, createdAt }) => author.id === BOT.id && body.startsWith(marker) && seen(createdAt));

  const port: GitHub = {
    as: () => port,
    installation: () => read('installation', () => 'active'),
    repository: () => read('repository', () => ({ standing: 'active', repository: REPOSITORY, isArchived: false })),
    me: async () => BOT,
    permissionOf: (_, { id }) => read('permissionOf', () => permissions[id] ?? 'read'),
    issue: (_, number) => read('issue', () => facts.issueFacts(number)),
    comments: (_, number) => read('comments', () => facts.commentsOn(number)),

    findComments: (_, number, marker) => read('findComments', () => carrying(number, marker)),
    comment: (_, id) => read('comment', () => facts.comments.find((one) => one.id === id) ?? null),
    deleteComment: (_, id) => write('deleteComment', () => facts.forgetComment(id)),
    createComment: (_, number, body) => write('createComment', () => facts.createComment(number, BOT, body).id),
    updateComment: (_, id, body) => write('updateComment', () => facts.updateComment(id, body)),
    addReaction: (_, id, content) => write('addReaction', () => facts.addReaction(id, content)),

    labelsOf: (_, number) => read('labelsOf', () => [...facts.issueAt(number).labels.keys()]),
    addLabel: (_, number, { name }) =>
      write('addLabel', () => {
        const { labels } = facts.issueAt(number);
        if (!labels.has(name)) labels.set(name, BOT);
        return [...labels.keys()];
      }),
    removeLabel: (_, number, name) => write('removeLabel', () => void facts.issueAt(number).labels.delete(name)),

    findPull: (_, branch) => read('findPull', () => facts.findPull(branch)),
    createPull: (_, { head }) => write('createPull', () => facts.createPull(head), head),
    pull: (_, number) => read('pull', () => facts.pull(number)),

    findChecks: (_, headSha, externalId) =>
      read('findChecks', () =>
        facts.checks
          .filter((one) => one.headSha === headSha && one.content.externalId === externalId && seen(one.createdAt))
          .map(({ id, content }) => ({ id, isCompleted: content.status === 'completed' })),
      ),
    createCheck: (_, headSha, check) => write('createCheck', () => facts.createCheck(headSha, check)),
    updateCheck: (_, id, check) => write('updateCheck', () => facts.updateCheck(id, check)),

    deliveries: () =>
      read('deliveries', () => ({
        deliveries: facts.sent
          .flatMap(({ guid, event, attempts }) =>
            attempts.flatMap(({ id, at: deliveredAt, isOk }, index) =>
              isOk === null ? [] : [{ id, guid, event, deliveredAt, isRedelivery: index > 0 }],
            ),
          )
          .toSorted((one, other) => other.id - one.id),
        nextCursor: null,
        githubNow: time.now,
      })),
    redeliver: (id) => write('redeliver', () => facts.redeliver(id)),

    // The comparison has tests of its own: here it finds no repository to look at.
    installations: () => read('installations', () => ({ ids: [], githubNow: time.now })),
    repositoriesOf: async () => [],
    openIssuesWith: async () => [],
    thread: () => Promise.reject(new TransientError('Not simulated.', { retryAt: 0 })),
    labelings: async () => [],
    commentsSince: async () => ({ comments: [], isLast: true }),

    headOf: () => read('headOf', () => BASE),
    gitAccess: async () => {
      if (weather.strikes('read')) throw limited();
      return { url: 'https://github.test/acme/shop.git', authorization: 'none' };
    },
  };
  return port;
}
