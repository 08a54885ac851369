import { z } from 'zod';
import { standings } from '../../domain/prompt/author.ts';
import type { Clock } from '../../lib/clock.ts';
import { RefusedError } from '../errors.ts';
import { COMMENTS_MAX, type GitHub, type IssueFacts, type OwnComment, type RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';
import type { Me } from './people.ts';

const PAGE_SIZE = 100; // GitHub's largest
const SEARCH_PAGES_MAX = 50; // GitHub closes an issue to comments at 2,500 of them

const ISSUES_KEPT_MAX = 50; // in memory, for those who ask again within seconds; bodies may be 64 KiB each

/** GitHub's own stand-in for accounts that are gone. */
const ghost = { id: 10_137, login: 'ghost', type: 'User' };

const user = z
  .object({ id: z.number(), login: z.string(), type: z.string() })
  .nullable()
  .transform((value) => value ?? ghost);
/** First-time and unclaimed authors have no part in a repository yet. */
const standing = z
  .string()
  .optional()
  .transform((name) => standings.find((one) => one.toUpperCase() === name) ?? 'none');
const issue = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  user,
  author_association: standing,
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  comments: z.number(),
  html_url: z.string(),
  locked: z.boolean().optional(),
  pull_request: z.unknown().optional(),
});
const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user,
  author_association: standing,
  created_at: z.string().transform((value) => Date.parse(value)),
  performed_via_github_app: z.object({ id: z.number() }).nullish(),
});
type Comment = z.infer<typeof comment>;
const created = z.object({ id: z.number() });
const written = z.object({ id: z.number(), user: z.object({ id: z.number(), login: z.string() }).nullish() });

const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

type IssueCalls = Pick<
  GitHub,
  | 'issue'
  | 'comments'
  | 'findComments'
  | 'comment'
  | 'createComment'
  | 'updateComment'
  | 'deleteComment'
  | 'addReaction'
>;

/** Issues as they were read a moment ago, by repository and number: for those who ask again within seconds. */
export type RecentIssues = Map<string, { readonly at: number; readonly facts: IssueFacts }>;

type Shared = { readonly who: Me; readonly recent: RecentIssues; readonly clock: Clock };

/** Issues and what is said on them and on pull requests. */
export function issueCalls(calls: Calls, { who, recent, clock }: Shared): IssueCalls {
  return {
    ...commentCalls(calls, who),
    async issue(repository, number, options) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
      const key = `${repository.id}/${number}`;
      const young = recent.get(key);
      if (options && young && clock() - young.at <= options.maxAgeMs) return young.facts;
      const at = clock();
      const found = await calls.read(repository, route, { issue_number: number }, issue);
      const facts: IssueFacts = {
        number: found.number,
        title: found.title,
        body: found.body ?? '',
        isOpen: found.state === 'open',
        isPull: found.pull_request !== undefined && found.pull_request !== null,
        isLocked: found.locked === true,
        author: { id: found.user.id, login: found.user.login, standing: found.author_association },
        labels: found.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
        commentCount: found.comments,
        url: found.html_url,
      };
      recent.delete(key);
      recent.set(key, { at, facts });
      for (const oldest of [...recent.keys()].slice(0, Math.max(0, recent.size - ISSUES_KEPT_MAX)))
        recent.delete(oldest);
      return facts;
    },
  };
}

function commentCalls(calls: Calls, { me, learnMe }: Me): Omit<IssueCalls, 'issue'> {
  const page = (repository: RepositoryRef, number: number, at: number) =>
    calls.readPage(repository, LIST, { issue_number: number, per_page: PAGE_SIZE, page: at }, z.array(comment));

  return {
    async comments(repository, number) {
      const first = await page(repository, number, 1);
      const earliest = Math.max(2, first.lastPage - Math.ceil(COMMENTS_MAX / PAGE_SIZE)); // the last page may be short
      const all: Comment[] = earliest === 2 ? [...first.content] : [];
      for (let at = earliest; at <= first.lastPage; at += 1) all.push(...(await page(repository, number, at)).content);
      return all.slice(-COMMENTS_MAX).map(({ id, body, user: { type, ...author }, ...rest }) => ({
        id,
        body: body ?? '',
        author: { ...author, isBot: type !== 'User', standing: rest.author_association },
        createdAt: rest.created_at,
      }));
    },

    async findComments(repository, number, marker) {
      const found: OwnComment[] = [];
      for (let at = 1; at <= SEARCH_PAGES_MAX; at += 1) {
        const { content, lastPage } = await page(repository, number, at);
        const { id: myId, appId } = await me(); // after a page, so that it can be asked with a token
        for (const { id, body, user: author, performed_via_github_app: app } of content) {
          // A marker that anybody else planted, or that we only quote, says nothing.
          const isOurs = author.id === myId && (app?.id ?? appId) === appId;
          if (isOurs && body?.startsWith(marker)) found.push({ id, body });
        }
        if (at >= lastPage) break;
      }
      return found.toSorted((one, other) => one.id - other.id);
    },

    async comment(repository, commentId) {
      const route = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}';
      const found = await nullIfGone(calls.read(repository, route, { comment_id: commentId }, comment));
      return found && { id: found.id, body: found.body ?? '' };
    },

    async createComment(repository, number, body) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const { id, user: author } = await calls.write(repository, route, { issue_number: number, body }, written);
      if (author) learnMe(author); // it is us who wrote it, which saves asking
      return id;
    },

    async updateComment(repository, commentId, body) {
      const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
      const writing = calls.write(repository, route, { comment_id: commentId, body }, written);
      return unlessGone(writing.then(({ user: author }) => author && learnMe(author)));
    },

    async deleteComment(repository, commentId) {
      const route = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}';
      await nullIfGone(calls.write(repository, route, { comment_id: commentId }, z.unknown()));
    },

    async addReaction(repository, commentId, content) {
      const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
      await calls.write(repository, route, { comment_id: commentId, content }, created);
    },
  };
}

/** What is gone cannot be updated, and that is an answer. */
export async function unlessGone(update: Promise<unknown>): Promise<'updated' | 'gone'> {
  return (await nullIfGone(update.then(() => true))) === null ? 'gone' : 'updated';
}

async function nullIfGone<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}
