import { z } from 'zod';

import { assign, addLabels, editIssue, openIssue, removeLabel, setMilestone, unassign } from '../actions/issues.ts';
import { closeIssue, lockIssue, reopenIssue, unlockIssue } from '../actions/issue-state.ts';
import { ensureLabel } from '../actions/labels.ts';
import { closePull, reopenPull } from '../actions/pull-state.ts';
import { countCharacters } from '../characters.ts';
import { invalid, Refusal } from '../errors.ts';
import { renderIssue } from '../resources/issue.ts';
import {
  checkBodyLength,
  created,
  issueOf,
  list,
  noContent,
  ok,
  parseBody,
  repositoryRoute,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import { findUser } from '../state.ts';
import { isAtLeast, type Role, type User } from '../state/people.ts';
import { roleOf } from '../state/roles.ts';
import type { Issue, Label, Milestone } from '../state/threads.ts';
import { filterIssues } from './issue-filters.ts';

const either = ['issues:write', 'pull_requests:write']; // a pull request's conversation needs one of them
const read = ['issues:read', 'pull_requests:read'];

const labelNames = z.array(z.union([z.string(), z.looseObject({ name: z.string() })]));
const newIssue = z.object({
  title: z.union([z.string(), z.number().transform(String)]),
  body: z.string().nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.string()).nullish(),
  assignee: z.string().nullish(),
  milestone: z.number().nullish(),
});
const changedIssue = z.object({
  title: z.union([z.string(), z.number().transform(String)]).nullish(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
  state_reason: z.enum(['completed', 'not_planned', 'duplicate', 'reopened']).nullish(),
  labels: labelNames.optional(),
  assignees: z.array(z.union([z.string(), z.looseObject({ login: z.string() })])).optional(),
  milestone: z.number().nullish(),
});

/** Issues: list, create, read, change, lock, assign. */
export const issueRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/issues', { permission: read }, (call) =>
    list(filterIssues(call), (issue) => renderIssue(call.hub.url, call.repository, issue)),
  ),
  repositoryRoute('POST /repos/{owner}/{repo}/issues', { permission: 'issues:write', role: 'read' }, create),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}', { permission: read }, (call) =>
    ok(renderIssue(call.hub.url, call.repository, issueOf(call))),
  ),
  repositoryRoute('PATCH /repos/{owner}/{repo}/issues/{issue_number}', { permission: either, role: 'read' }, change),
  repositoryRoute('PUT /repos/{owner}/{repo}/issues/{issue_number}/lock', { permission: either }, async (call) => {
    const reasons = z.object({ lock_reason: z.string().nullish() });
    const { lock_reason } = parseBody(call, reasons);
    await lockIssue(call.hub, call.actor, { repository: call.repository, issue: issueOf(call) }, lock_reason ?? null);
    return noContent;
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/issues/{issue_number}/lock', { permission: either }, async (call) => {
    await unlockIssue(call.hub, call.actor, { repository: call.repository, issue: issueOf(call) });
    return noContent;
  }),
  repositoryRoute(
    'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees',
    { permission: either, role: 'triage' },
    async (call) => {
      const issue = issueOf(call);
      const { assignees } = parseBody(call, z.object({ assignees: changedIssue.shape.assignees }));
      const place = { repository: call.repository, issue };
      await assign(call.hub, call.actor, place, usersNamed(call, assignees ?? []));
      return created(renderIssue(call.hub.url, call.repository, issue));
    },
  ),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees',
    { permission: either, role: 'triage' },
    async (call) => {
      const issue = issueOf(call);
      const { assignees } = parseBody(call, z.object({ assignees: z.array(z.string()) }));
      await unassign(call.hub, call.actor, { repository: call.repository, issue }, usersNamed(call, assignees));
      return ok(renderIssue(call.hub.url, call.repository, issue));
    },
  ),
];

async function create(call: RepositoryCall): Promise<ReturnType<typeof created>> {
  const { hub, repository, actor } = call;
  const input = parseBody(call, newIssue);
  if (input.title.trim() === '') throw invalid('Issue', 'title', 'missing_field');
  checkTitleLength(input.title);
  checkBodyLength('Issue', input.body);
  const mayTriage = actor.app !== null || isAtLeast(roleOf(repository, actor.user), 'triage');
  // People without triage may open issues; what else they ask for is silently dropped.
  const labels = mayTriage ? labelsNamed(call, input.labels ?? []) : [];
  const names = mayTriage ? [...(input.assignees ?? []), ...(input.assignee ? [input.assignee] : [])] : [];
  const issue = await openIssue(hub, actor, repository, {
    title: input.title,
    body: input.body ?? null,
    labels,
    assignees: usersNamed(call, names),
    milestone: mayTriage ? milestoneNumbered(call, input.milestone ?? null) : null,
  });
  return created(renderIssue(hub.url, repository, issue));
}

async function change(call: RepositoryCall): Promise<ReturnType<typeof ok>> {
  const { hub, repository, actor } = call;
  const issue = issueOf(call);
  const place = { repository, issue };
  const input = parseBody(call, changedIssue);
  checkBodyLength('Issue', input.body);
  if (typeof input.title === 'string') checkTitleLength(input.title);
  if (issue.author.id !== actor.user.id) requireRole(call, 'triage');
  await editIssue(hub, actor, place, { title: input.title ?? undefined, body: input.body });
  if (input.labels !== undefined) {
    requireRole(call, 'triage');
    await replaceLabels(call, issue, labelsNamed(call, input.labels));
  }
  if (input.assignees !== undefined) {
    requireRole(call, 'triage');
    const wanted = usersNamed(call, input.assignees);
    await unassign(
      hub,
      actor,
      place,
      issue.assignees.filter((user) => !wanted.includes(user)),
    );
    await assign(hub, actor, place, wanted);
  }
  if (input.milestone !== undefined) {
    await setMilestone(hub, actor, place, milestoneNumbered(call, input.milestone));
  }
  await changeState(call, issue, input);
  return ok(renderIssue(hub.url, repository, issue));
}

async function changeState(call: RepositoryCall, issue: Issue, input: z.infer<typeof changedIssue>): Promise<void> {
  const { hub, repository, actor } = call;
  const { pull } = issue;
  if (input.state === 'closed') {
    if (pull !== null) return closePull(hub, actor, { repository, issue, pull });
    const reason = input.state_reason ?? 'completed';
    return closeIssue(hub, actor, { repository, issue }, { reason });
  }
  if (input.state === 'open') {
    if (pull !== null) return reopenPull(hub, actor, { repository, issue, pull });
    return reopenIssue(hub, actor, { repository, issue });
  }
}

/** Makes the labels of an issue exactly these. */
export async function replaceLabels(call: RepositoryCall, issue: Issue, wanted: readonly Label[]): Promise<void> {
  const place = { repository: call.repository, issue };
  for (const label of issue.labels) {
    if (!wanted.includes(label)) await removeLabel(call.hub, call.actor, place, label);
  }
  await addLabels(call.hub, call.actor, place, wanted);
}

/** The labels of these names; unknown ones are made. */
export function labelsNamed(call: RepositoryCall, names: z.infer<typeof labelNames>): readonly Label[] {
  const { hub, actor, repository } = call;
  return names.map((each) => {
    const name = typeof each === 'string' ? each : each.name;
    return ensureLabel(hub, actor.user, repository, name);
  });
}

/** A person needs this role; an App was already judged by its permissions. */
export function requireRole({ actor, repository }: RepositoryCall, role: Role): void {
  if (actor.app !== null || isAtLeast(roleOf(repository, actor.user), role)) return;
  throw new Refusal(403, 'Must have admin rights to Repository.');
}

function usersNamed(call: RepositoryCall, names: readonly (string | { readonly login: string })[]): readonly User[] {
  return names.flatMap((each) => {
    const user = findUser(call.hub.state, typeof each === 'string' ? each : each.login);
    if (user === null) throw invalid('Issue', 'assignees', 'invalid');
    return [user];
  });
}

function milestoneNumbered(call: RepositoryCall, number: number | null): Milestone | null {
  if (number === null) return null;
  const milestone = call.repository.milestones.find((each) => each.number === number);
  if (milestone === undefined) throw invalid('Issue', 'milestone', 'invalid');
  return milestone;
}

function checkTitleLength(title: string): void {
  const charactersMax = 256; // GitHub's own limit
  if (countCharacters(title) > charactersMax) {
    throw invalid('Issue', 'title', 'custom', `title is too long (maximum is ${charactersMax} characters)`);
  }
}
