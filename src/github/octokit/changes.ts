import { z } from 'zod';
import {
  EVENTS_MAX,
  INSTALLATIONS_MAX,
  LABELLED_MAX,
  REPOSITORIES_MAX,
  type Account,
  type GitHub,
  type ThreadFacts,
} from '../github.ts';
import type { Calls } from './calls.ts';
import { reached } from './places.ts';

const PAGE_SIZE = 100; // GitHub's largest
const pagesFor = (itemsMax: number): number => Math.ceil(itemsMax / PAGE_SIZE);

/** GitHub's own stand-in for accounts that are gone. */
const ghost: Account = { id: 10_137, login: 'ghost', type: 'User' };

const account = z.object({ id: z.number(), login: z.string(), type: z.string() });
const author = account.nullable().transform((value) => value ?? ghost);
const instant = z.string().transform((value) => Date.parse(value));
const label = z.union([z.string(), z.object({ name: z.string().nullish() })]);

const installations = z.array(z.object({ id: z.number(), suspended_at: z.string().nullable() }));
const thread = z.object({
  number: z.number(),
  title: z.string(),
  state: z.string(),
  labels: z.array(label),
  closed_at: instant.nullish(),
  closed_by: account.nullish(),
  pull_request: z.object({ merged_at: z.string().nullish() }).nullish(),
});
const events = z.array(
  z.object({
    id: z.number(),
    event: z.string(),
    actor: author,
    created_at: instant,
    label: z.object({ name: z.string().nullish() }).nullish(),
  }),
);
const comments = z.array(
  z.object({
    id: z.number(),
    issue_url: z.string(),
    html_url: z.string(),
    body: z.string().nullish(),
    user: author,
    created_at: instant,
    updated_at: instant,
  }),
);

type Changes = 'installations' | 'repositoriesOf' | 'openIssuesWith' | 'thread' | 'labelings' | 'commentsSince';

/** Lists of what is so on GitHub now and of what happened there, for whoever compares that with what we believe. */
export function changeCalls(calls: Calls): Pick<GitHub, Changes> {
  return {
    async installations() {
      const ids: number[] = [];
      let githubNow: number | null = null;
      for (let page = 1; page <= pagesFor(INSTALLATIONS_MAX); page += 1) {
        const parameters = { per_page: PAGE_SIZE, page };
        const found = await calls.readPageAsApp('GET /app/installations', parameters, installations);
        ids.push(...found.content.filter((one) => one.suspended_at === null).map(({ id }) => id));
        githubNow = found.at;
        if (page >= found.lastPage) break;
      }
      return { ids, githubNow };
    },

    repositoriesOf: (installationId) =>
      allPages(REPOSITORIES_MAX, async (page) => {
        const parameters = { per_page: PAGE_SIZE, page };
        const route = 'GET /installation/repositories';
        const found = await calls.readPageAsInstallation(installationId, route, parameters, reached);
        const items = found.content.repositories.map((one) => ({
          ...{ id: one.id, owner: one.owner.login, name: one.name, installationId },
          ...{ defaultBranch: one.default_branch, isArchived: one.archived },
        }));
        return { items, lastPage: found.lastPage };
      }),

    openIssuesWith: (repository, name) =>
      allPages(LABELLED_MAX, async (page) => {
        const order = { state: 'open', sort: 'created', direction: 'asc' };
        const parameters = { labels: name, ...order, per_page: PAGE_SIZE, page };
        const found = await calls.readPage(repository, 'GET /repos/{owner}/{repo}/issues', parameters, z.array(thread));
        return { items: found.content.map(threadFacts), lastPage: found.lastPage };
      }),

    async thread(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}';
      return threadFacts(await calls.read(repository, route, { issue_number: number }, thread));
    },

    async labelings(repository, number) {
      const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/events';
      const read = (page: number) =>
        calls.readPage(repository, route, { issue_number: number, per_page: PAGE_SIZE, page }, events);
      const first = await read(1);
      const from = Math.max(2, first.lastPage - pagesFor(EVENTS_MAX)); // the last page may be short
      const all = from === 2 ? [...first.content] : [];
      for (let page = from; page <= first.lastPage; page += 1) all.push(...(await read(page)).content);
      return all.slice(-EVENTS_MAX).flatMap(({ id, event, actor: by, created_at: at, label: put }) => {
        const name = event === 'labeled' ? put?.name : null;
        return typeof name === 'string' ? [{ id, label: name, at, by }] : [];
      });
    },

    async commentsSince(repository, since, page) {
      const order = { sort: 'updated', direction: 'asc', since: toTheSecond(since) };
      const parameters = { ...order, per_page: PAGE_SIZE, page };
      const found = await calls.readPage(repository, 'GET /repos/{owner}/{repo}/issues/comments', parameters, comments);
      return { comments: found.content.map(placedComment), isLast: page >= found.lastPage };
    },
  };
}

async function allPages<Item>(
  itemsMax: number,
  read: (page: number) => Promise<{ readonly items: readonly Item[]; readonly lastPage: number }>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let page = 1; page <= pagesFor(itemsMax); page += 1) {
    const { items, lastPage } = await read(page);
    all.push(...items);
    if (page >= lastPage) break;
  }
  return all;
}

/** As GitHub writes an instant. It keeps no parts of a second, so the beginning of the second is what includes it. */
function toTheSecond(at: number): string {
  return new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}

function threadFacts(row: z.infer<typeof thread>): ThreadFacts {
  const { number, title, state, closed_at: at, closed_by: by, pull_request: pull } = row;
  return {
    number,
    title,
    isPull: pull !== null && pull !== undefined,
    isMerged: typeof pull?.merged_at === 'string',
    labels: row.labels.flatMap((one) => (typeof one === 'string' ? one : (one.name ?? []))),
    closed: state === 'open' ? null : { at: at ?? 0, by: by ?? null },
  };
}

function placedComment(row: z.infer<typeof comments>[number]) {
  return {
    id: row.id,
    onNumber: Number(/\/issues\/(\d+)$/.exec(row.issue_url)?.[1] ?? 0),
    isPull: /\/pull\/\d+#/.test(row.html_url),
    body: row.body ?? '',
    author: row.user,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
