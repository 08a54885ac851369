import { z } from 'zod';

import { identify } from '../actions/signatures.ts';
import { editIssue } from '../actions/issues.ts';
import { mergePull } from '../actions/merge.ts';
import { closePull, reopenPull } from '../actions/pull-state.ts';
import { changeBase, openPull, requestReviewers } from '../actions/pulls.ts';
import { updateBranch } from '../actions/update-branch.ts';
import { invalid, Refusal } from '../errors.ts';
import { pullFacts } from '../pull-facts.ts';
import { renderFile, renderRepositoryCommit } from '../resources/commit.ts';
import { renderPull, renderPullSimple, type PullInPlace } from '../resources/pull.ts';
import {
  checkBodyLength,
  created,
  list,
  ok,
  parseBody,
  pullOf,
  repositoryRoute,
  textOf,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { findUser } from '../state.ts';
import { fullName } from '../state/repositories.ts';
import { sortIssues } from './issue-filters.ts';
import { requireRole } from './issues.ts';

const read = 'pull_requests:read';
const write = 'pull_requests:write';

const newPull = z.object({
  title: z.string().optional(),
  issue: z.number().optional(),
  head: z.string(),
  base: z.string(),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
  maintainer_can_modify: z.boolean().optional(),
});
const changedPull = z.object({
  title: z.string().optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  base: z.string().optional(),
  maintainer_can_modify: z.boolean().optional(),
});
const mergeWish = z.object({
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
});

/** Pull requests. */
export const pullRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/pulls', { permission: read }, (call) =>
    list(chosenPulls(call), (place) => renderPullSimple(call.hub.url, place)),
  ),
  repositoryRoute('POST /repos/{owner}/{repo}/pulls', { permission: write, role: 'read' }, create),
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}', { permission: read }, async (call) =>
    ok(await render(call, pullOf(call))),
  ),
  repositoryRoute('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { permission: write, role: 'read' }, change),
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', { permission: read }, async (call) => {
    const { pull } = pullOf(call);
    const comparison = await call.hub.git(call.repository).compare(pull.baseSha, pull.headSha);
    const files = comparison?.files ?? [];
    return list(files, (file) => renderFile(call.hub.url, call.repository, pull.headSha, file));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', { permission: read }, async (call) => {
    const { pull } = pullOf(call);
    const comparison = await call.hub.git(call.repository).compare(pull.baseSha, pull.headSha);
    const person = (email: string) => identify(call.hub, email);
    return list(comparison?.commits ?? [], (commit) =>
      renderRepositoryCommit(call.hub.url, call.repository, commit, person),
    );
  }),
  repositoryRoute(
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
    { permission: 'contents:write' },
    async (call) => {
      const wish = parseBody(call, mergeWish);
      const sha = await mergePull(call.hub, call.actor, pullOf(call), {
        method: wish.merge_method,
        title: wish.commit_title,
        message: wish.commit_message,
        sha: wish.sha,
      });
      return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
    },
  ),
  repositoryRoute(
    'PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch',
    { permission: write },
    async (call) => {
      const place = pullOf(call);
      const { expected_head_sha } = parseBody(call, z.object({ expected_head_sha: z.string().optional() }));
      await updateBranch(call.hub, call.actor, place, expected_head_sha);
      const url = `${call.hub.url}/repos/${fullName(call.repository)}/pulls/${place.issue.number}`;
      return { status: 202, body: { message: 'Updating pull request branch.', url } };
    },
  ),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers',
    { permission: write, role: 'triage' },
    async (call) => {
      const place = pullOf(call);
      const { reviewers } = parseBody(call, z.object({ reviewers: z.array(z.string()).default([]) }));
      const users = reviewers.map((login) => {
        const user = findUser(call.hub.state, login);
        if (user === null || !call.repository.collaborators.has(user.id)) {
          throw new Refusal(422, 'Reviews may only be requested from collaborators.');
        }
        return user;
      });
      await requestReviewers(call.hub, call.actor, place, users);
      return created(renderPullSimple(call.hub.url, place));
    },
  ),
  repositoryRoute('GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls', { permission: read }, async (call) => {
    const sha = textOf(call, 'commit_sha');
    const found: PullInPlace[] = [];
    for (const place of pullsOf(call)) {
      const comparison = await call.hub.git(call.repository).compare(place.pull.baseSha, place.pull.headSha);
      const isIn = place.pull.mergeCommitSha === sha || comparison?.commits.some((commit) => commit.sha === sha);
      if (isIn) found.push(place);
    }
    return list(found, (place) => renderPullSimple(call.hub.url, place));
  }),
];

async function create(call: RepositoryCall): Promise<Reply> {
  const { hub, actor, repository } = call;
  requireRole(call, 'write'); // both branches are here: there are no forks
  const input = parseBody(call, newPull);
  if (input.title === undefined || input.title.trim() === '') throw invalid('PullRequest', 'title', 'missing_field');
  checkBodyLength('PullRequest', input.body);
  const place = await openPull(hub, actor, repository, {
    title: input.title,
    body: input.body ?? null,
    head: input.head,
    base: input.base,
    isDraft: input.draft ?? false,
    maintainerCanModify: input.maintainer_can_modify ?? false,
  });
  return created(await render(call, place));
}

async function change(call: RepositoryCall): Promise<Reply> {
  const { hub, actor } = call;
  const place = pullOf(call);
  const input = parseBody(call, changedPull);
  if (place.issue.author.id !== actor.user.id) requireRole(call, 'write');
  checkBodyLength('PullRequest', input.body);
  await editIssue(hub, actor, place, { title: input.title, body: input.body });
  if (input.base !== undefined) await changeBase(hub, actor, place, input.base);
  if (input.maintainer_can_modify !== undefined) place.pull.maintainerCanModify = input.maintainer_can_modify;
  if (input.state === 'closed') await closePull(hub, actor, place);
  if (input.state === 'open') await reopenPull(hub, actor, place);
  return ok(await render(call, place));
}

async function render(call: RepositoryCall, place: PullInPlace): Promise<unknown> {
  return renderPull(call.hub.url, place, await pullFacts(call.hub, place));
}

function pullsOf({ repository }: RepositoryCall): PullInPlace[] {
  return [...repository.issues.values()].flatMap((issue) =>
    issue.pull === null ? [] : [{ repository, issue, pull: issue.pull }],
  );
}

function chosenPulls(call: RepositoryCall): readonly PullInPlace[] {
  const { query } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head')?.toLowerCase() ?? null;
  const base = query.get('base');
  const owner = call.repository.owner.login;
  const places = pullsOf(call).filter(
    ({ issue, pull }) =>
      (state === 'all' || issue.state === state) &&
      // GitHub ignores a head without its owner.
      (head === null || !head.includes(':') || `${owner}:${pull.headRef}`.toLowerCase() === head) &&
      (base === null || pull.baseRef === base),
  );
  const sorted = sortIssues(
    places.map(({ issue }) => issue),
    query,
  );
  return sorted.flatMap((issue) => places.filter((place) => place.issue === issue));
}
