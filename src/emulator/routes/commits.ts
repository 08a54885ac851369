import { z } from 'zod';

import { refsMoved } from '../actions/refs.ts';
import { identify, signatureOf, webFlow } from '../actions/signatures.ts';
import { notFound, Refusal, unprocessable } from '../errors.ts';
import type { Commit } from '../repository/commits.ts';
import { renderFile, renderRepositoryCommit } from '../resources/commit.ts';
import type { Json } from '../resources/json.ts';
import {
  created,
  list,
  noContent,
  ok,
  parseBody,
  repositoryRoute,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { fullName } from '../state/repositories.ts';

const read = 'contents:read';
const COMMITS_MAX = 1000; // of a history that is listed

/** Commits with the accounts behind them, comparisons, and merging branches without a pull request. */
export const commitRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/commits', { permission: read }, async (call) => {
    const { hub, repository, query } = call;
    const tip = await hub.git(repository).resolve(query.get('sha') ?? repository.defaultBranch);
    if (tip === null) throw notFound();
    const path = query.get('path');
    const found = await hub.git(repository).log({ to: tip, limit: COMMITS_MAX, ...(path !== null && { path }) });
    return list(found.filter(isWanted(query)), (commit) => render(call, commit));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{ref}', { permission: read }, async (call) => {
    const { hub, repository } = call;
    const git = hub.git(repository);
    const sha = await git.resolve(textOf(call, 'ref'));
    const commit = sha === null ? null : await git.commit(sha);
    if (commit === null) throw unprocessable(`No commit found for SHA: ${textOf(call, 'ref')}`);
    const files = await git.files(commit.parents[0] ?? null, commit.sha);
    const additions = files.reduce((sum, file) => sum + file.additions, 0);
    const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
    return ok({
      ...render(call, commit),
      stats: { additions, deletions, total: additions + deletions },
      files: files.map((file) => renderFile(hub.url, repository, commit.sha, file)),
    });
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/compare/{base}...{head}', { permission: read }, compare),
  repositoryRoute('POST /repos/{owner}/{repo}/merges', { permission: 'contents:write' }, merge),
];

async function compare(call: RepositoryCall): Promise<Reply> {
  const { hub, repository } = call;
  const git = hub.git(repository);
  const [baseName, headName] = [textOf(call, 'base'), textOf(call, 'head')];
  const base = await git.resolve(withoutOwner(baseName));
  const head = await git.resolve(withoutOwner(headName));
  const comparison = base === null || head === null ? null : await git.compare(base, head);
  if (base === null || head === null || comparison === null) throw notFound();
  const [baseCommit, mergeBase] = [await git.commit(base), await git.commit(comparison.mergeBase)];
  if (baseCommit === null || mergeBase === null) throw notFound();
  const html = `${hub.url}/${fullName(repository)}/compare/${baseName}...${headName}`;
  return ok({
    url: `${hub.url}/repos/${fullName(repository)}/compare/${baseName}...${headName}`,
    html_url: html,
    permalink_url: `${hub.url}/${fullName(repository)}/compare/${base}...${head}`,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: render(call, baseCommit),
    merge_base_commit: render(call, mergeBase),
    status: comparison.status,
    ahead_by: comparison.ahead,
    behind_by: comparison.behind,
    total_commits: comparison.ahead,
    commits: comparison.commits.map((commit) => render(call, commit)),
    files: comparison.files.map((file) => renderFile(hub.url, repository, head, file)),
  });
}

const withoutOwner = (name: string): string => name.slice(name.indexOf(':') + 1);

async function merge(call: RepositoryCall): Promise<Reply> {
  const { hub, repository, actor } = call;
  const wish = parseBody(call, z.object({ base: z.string(), head: z.string(), commit_message: z.string().optional() }));
  const git = hub.git(repository);
  const head = await git.resolve(wish.head);
  if (head === null) throw new Refusal(404, 'Head does not exist');
  const into = `refs/heads/${wish.base}`;
  const before = await git.ref(into);
  if (before === null) throw new Refusal(404, 'Base does not exist');
  const message = wish.commit_message ?? `Merge ${wish.head} into ${wish.base}`;
  const author = signatureOf(hub, actor.user);
  const outcome = await git.merge({ into, head, method: 'merge', message, author, committer: webFlow(hub) });
  if (outcome.kind === 'nothing') return noContent;
  if (outcome.kind !== 'merged') throw new Refusal(409, 'Merge conflict');
  await refsMoved(hub, actor, repository, [{ ref: into, before: before.sha, after: outcome.sha }]);
  const commit = await git.commit(outcome.sha);
  if (commit === null) throw notFound();
  return created(render(call, commit));
}

function isWanted(query: URLSearchParams): (commit: Commit) => boolean {
  const author = query.get('author');
  const since = Date.parse(query.get('since') ?? '');
  const until = Date.parse(query.get('until') ?? '');
  return (commit) => {
    const at = Date.parse(commit.committer.date);
    if (author !== null && commit.author.email !== author && !commit.author.email.includes(`+${author}@`)) return false;
    return !(at < since) && !(at > until);
  };
}

const render = (call: RepositoryCall, commit: Commit): Json =>
  renderRepositoryCommit(call.hub.url, call.repository, commit, (email) => identify(call.hub, email));
