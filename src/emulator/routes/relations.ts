import { z } from 'zod';

import { notFound, unprocessable } from '../errors.ts';
import { renderIssue } from '../resources/issue.ts';
import {
  created,
  issueOf,
  list,
  numberOf,
  ok,
  parseBody,
  repositoryRoute,
  type Reply,
  type RepositoryCall,
  type Route,
} from '../route.ts';
import type { Issue } from '../state/threads.ts';
import { emit } from '../webhooks/emit.ts';

const read = 'issues:read';
const write = { permission: 'issues:write', role: 'triage' } as const;
const RELATIONS_MAX = 50; // of one kind, on one issue

/** How issues relate: parents and children, and what waits for what. */
export const relationRoutes: readonly Route[] = [
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues', { permission: read }, (call) =>
    listed(call, issueOf(call).children),
  ),
  repositoryRoute('POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues', write, (call) => {
    const parent = issueOf(call);
    const wish = z.object({ sub_issue_id: z.number(), replace_parent: z.boolean().optional() });
    const { sub_issue_id, replace_parent } = parseBody(call, wish);
    const child = issueWithId(call, sub_issue_id);
    if (child === parent || isBelow(parent, child)) throw unprocessable('An issue cannot be below itself');
    if (child.parent !== null && replace_parent !== true) throw unprocessable('Sub issue may only have one parent');
    child.parent?.children.splice(child.parent.children.indexOf(child), 1);
    child.parent = parent;
    parent.children.push(child);
    tellSubIssue(call, 'added', parent, child);
    return created(render(call, parent));
  }),
  repositoryRoute('DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue', write, (call) => {
    const parent = issueOf(call);
    const child = issueWithId(call, parseBody(call, z.object({ sub_issue_id: z.number() })).sub_issue_id);
    if (child.parent !== parent) throw notFound();
    parent.children.splice(parent.children.indexOf(child), 1);
    child.parent = null;
    tellSubIssue(call, 'removed', parent, child);
    return ok(render(call, parent));
  }),
  repositoryRoute('PATCH /repos/{owner}/{repo}/issues/{issue_number}/sub_issues/priority', write, (call) => {
    const parent = issueOf(call);
    const wish = z.object({
      sub_issue_id: z.number(),
      after_id: z.number().optional(),
      before_id: z.number().optional(),
    });
    const { sub_issue_id, after_id, before_id } = parseBody(call, wish);
    const child = issueWithId(call, sub_issue_id);
    const anchor = parent.children.find(({ id }) => id === (after_id ?? before_id));
    if (child.parent !== parent || anchor === undefined || anchor === child)
      throw unprocessable('Not a sub-issue of it');
    parent.children.splice(parent.children.indexOf(child), 1);
    parent.children.splice(parent.children.indexOf(anchor) + (after_id === undefined ? 0 : 1), 0, child);
    return ok(render(call, parent));
  }),
  repositoryRoute('GET /repos/{owner}/{repo}/issues/{issue_number}/parent', { permission: read }, (call) => {
    const { parent } = issueOf(call);
    if (parent === null) throw notFound();
    return ok(render(call, parent));
  }),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by',
    { permission: read },
    (call) => listed(call, [...issueOf(call).blockedBy]),
  ),
  repositoryRoute(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocking',
    { permission: read },
    (call) => listed(call, [...issueOf(call).blocking]),
  ),
  repositoryRoute('POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by', write, (call) => {
    const issue = issueOf(call);
    const blocker = issueWithId(call, parseBody(call, z.object({ issue_id: z.number() })).issue_id);
    if (blocker === issue || issue.blockedBy.has(blocker))
      throw unprocessable('It is there already, or is the issue itself');
    if (issue.blockedBy.size >= RELATIONS_MAX) throw unprocessable(`An issue has at most ${RELATIONS_MAX} of these`);
    issue.blockedBy.add(blocker);
    blocker.blocking.add(issue);
    tellDependency(call, 'added', issue, blocker);
    return created(render(call, blocker));
  }),
  repositoryRoute(
    'DELETE /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by/{issue_id}',
    write,
    (call) => {
      const issue = issueOf(call);
      const blocker = issueWithId(call, numberOf(call, 'issue_id'));
      if (!issue.blockedBy.delete(blocker)) throw notFound();
      blocker.blocking.delete(issue);
      tellDependency(call, 'removed', issue, blocker);
      return ok(render(call, blocker));
    },
  ),
];

function issueWithId({ repository }: RepositoryCall, id: number): Issue {
  const issue = [...repository.issues.values()].find((each) => each.id === id && each.pull === null);
  if (issue === undefined) throw notFound();
  return issue;
}

const isBelow = (issue: Issue, other: Issue): boolean =>
  issue.parent !== null && (issue.parent === other || isBelow(issue.parent, other));

const render = ({ hub, repository }: RepositoryCall, issue: Issue): unknown => renderIssue(hub.url, repository, issue);

const listed = (call: RepositoryCall, issues: readonly Issue[]): Reply => list(issues, (issue) => render(call, issue));

type Change = 'added' | 'removed';

function tellSubIssue(call: RepositoryCall, change: Change, parent: Issue, child: Issue): void {
  const { hub, repository, actor } = call;
  const payload = {
    sub_issue_id: child.id,
    sub_issue: render(call, child),
    parent_issue_id: parent.id,
    parent_issue: render(call, parent),
  };
  const told = { event: 'sub_issues', repository, sender: actor.user, payload };
  emit(hub, { ...told, action: `sub_issue_${change}` });
  emit(hub, { ...told, action: `parent_issue_${change}` });
}

function tellDependency(call: RepositoryCall, change: Change, blocked: Issue, blocker: Issue): void {
  const { hub, repository, actor } = call;
  const payload = {
    blocked_issue_id: blocked.id,
    blocked_issue: render(call, blocked),
    blocking_issue_id: blocker.id,
    blocking_issue: render(call, blocker),
  };
  const told = { event: 'issue_dependencies', repository, sender: actor.user, payload };
  emit(hub, { ...told, action: `blocked_by_${change}` });
  emit(hub, { ...told, action: `blocking_${change}` });
}
