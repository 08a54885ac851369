import { z } from 'zod';
import { RefusedError } from '../errors.ts';
import { COMMENTS_MAX, type GitHub, type RepositoryRef } from '../github.ts';
import type { Calls } from './calls.ts';

const PAGE_SIZE = 100; // GitHub's largest
const SEARCH_PAGES_MAX = 50; // GitHub closes an issue to comments at 2,500 of them

/** GitHub's own stand-in for accounts that are gone. */
const ghost = { id: 10_137, login: 'ghost', type: 'User' };

const user = z
  .object({ id: z.number(), login: z.string(), type: z.string() })
  .nullable()
  .transform((value) => value ?? ghost);
const issue = z.object({
  number: z.number(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  user,
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  html_url: z.string(),
  pull_request: z.unknown().optional(),
});
const comment = z.object({
  id: z.number(),
  body: z.string().nullish(),
  user,
  created_at: z.string().transform((value) => Date.parse(value)),
});
type Comment = z.infer<typeof comment>;
const created = z.object({ id: z.number() });

const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

type IssueCalls = Pick<
  GitHub,
  'issue' | 'comments' | 'findComment' | 'createComment' | 'updateComment' | 'addReaction'
>;

/** Issues and what is said on them and on pull requests. */
export function issueCalls(calls: Calls, me: GitHub['me']): IssueCalls {
  const page = (repository: RepositoryRef, number: number, at: number) =>
    calls.readPage(repository, LIST, { issue_number: number, per_page: PAGE_SIZE, page: at }, z.array(comment));

  return {
    async issue(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
      const found = await calls.read(repository, route, { issue_number: number }, issue);
      return {
        number: found.number,
        title: found.title,
        body: found.body ?? '',
        isOpen: found.state === 'open',
        isPull: found.pull_request !== undefined && found.pull_request !== null,
        author: { id: found.user.id, login: found.user.login },
        labels: found.labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? []))),
        url: found.html_url,
      };
    },

    async comments(repository, number) {
      const first = await page(repository, number, 1);
      const earliest = Math.max(2, first.lastPage - Math.ceil(COMMENTS_MAX / PAGE_SIZE)); // the last page may be short
      const all: Comment[] = earliest === 2 ? [...first.content] : [];
      for (let at = earliest; at <= first.lastPage; at += 1) all.push(...(await page(repository, number, at)).content);
      return all.slice(-COMMENTS_MAX).map(({ id, body, user: { type, ...author }, created_at: createdAt }) => ({
        id,
        body: body ?? '',
        author: { ...author, isBot: type !== 'User' },
        createdAt,
      }));
    },

    async findComment(repository, number, marker) {
      for (let at = 1; at <= SEARCH_PAGES_MAX; at += 1) {
        const { content, lastPage } = await page(repository, number, at);
        const { id: myId } = await me(); // after a page, so that it can be asked with a token
        const found = content.find(({ body, user: author }) => author.id === myId && body?.includes(marker));
        if (found) return found.id;
        if (at >= lastPage) return null;
      }
      return null;
    },

    async createComment(repository, number, body) {
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      return (await calls.write(repository, route, { issue_number: number, body }, created)).id;
    },

    async updateComment(repository, commentId, body) {
      const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
      return unlessGone(calls.write(repository, route, { comment_id: commentId, body }, created));
    },

    async addReaction(repository, commentId, content) {
      const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
      await calls.write(repository, route, { comment_id: commentId, content }, created);
    },
  };
}

/** What is gone cannot be updated, and that is an answer. */
export async function unlessGone(update: Promise<unknown>): Promise<'updated' | 'gone'> {
  try {
    await update;
    return 'updated';
  } catch (error) {
    if (error instanceof RefusedError && (error.status === 404 || error.status === 410)) return 'gone';
    throw error;
  }
}
