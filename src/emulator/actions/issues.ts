import { invalid, Refusal } from '../errors.ts';
import type { Hub } from '../hub.ts';
import { renderLabel } from '../resources/label.ts';
import { renderMilestone } from '../resources/milestone.ts';
import { renderUser } from '../resources/user.ts';
import { nodeId } from '../state/ids.ts';
import type { User } from '../state/people.ts';
import type { Actor } from '../state/actor.ts';
import { fullName, type Repository } from '../state/repositories.ts';
import { isAtLeast } from '../state/people.ts';
import { roleOf } from '../state/roles.ts';
import type { Issue, Label, Milestone, Pull } from '../state/threads.ts';
import { emitThread, type IssueInPlace } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';
import { crossReference } from './references.ts';

const ASSIGNEES_MAX = 10; // GitHub ignores what is beyond

type NewIssue = {
  readonly title: string;
  readonly body: string | null;
  readonly labels?: readonly Label[];
  readonly assignees?: readonly User[];
  readonly milestone?: Milestone | null;
};

/** A new issue, with the events of its opening, its labels and its assignees. */
export async function openIssue(hub: Hub, actor: Actor, repository: Repository, fields: NewIssue): Promise<Issue> {
  const issue = addIssue(hub, actor, repository, { ...fields, pull: null });
  crossReference(hub, actor, issue, { repository, text: fields.body ?? '' });
  await emitThread(hub, { repository, issue }, { action: 'opened', sender: actor.user });
  await addLabels(hub, actor, { repository, issue }, fields.labels ?? []);
  await assign(hub, actor, { repository, issue }, fields.assignees ?? []);
  if (fields.milestone) await setMilestone(hub, actor, { repository, issue }, fields.milestone);
  return issue;
}

/** The bare record of an issue or of a pull request's conversation: no event. Numbers are shared by both. */
export function addIssue(
  hub: Hub,
  actor: Actor,
  repository: Repository,
  { title, body, pull }: Pick<NewIssue, 'title' | 'body'> & { readonly pull: Pull | null },
): Issue {
  const id = hub.state.nextId();
  const now = hub.clock();
  const issue: Issue = {
    id,
    nodeId: nodeId('Issue', id),
    number: repository.nextNumber++,
    author: actor.user,
    viaApp: actor.app,
    createdAt: now,
    comments: [],
    events: [],
    reactions: [],
    blockedBy: new Set(),
    blocking: new Set(),
    children: [],
    title,
    body,
    state: 'open',
    stateReason: null,
    labels: [],
    assignees: [],
    milestone: null,
    isLocked: false,
    lockReason: null,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    parent: null,
    pull,
  };
  repository.issues.set(issue.number, issue);
  hub.state.nodes.set(issue.nodeId, { type: 'Issue', repository, issue });
  if (pull !== null) hub.state.nodes.set(pull.nodeId, { type: 'Pull', repository, issue });
  return issue;
}

type Texts = { readonly title?: string | undefined; readonly body?: string | null | undefined };

/** Changes title and body; says what was there before, as GitHub does. Nothing changed, nothing told. */
export async function editIssue(hub: Hub, actor: Actor, place: IssueInPlace, { title, body }: Texts): Promise<void> {
  const { issue, repository } = place;
  const changes: Record<string, { from: string }> = {};
  if (title !== undefined && title !== issue.title) {
    if (title.trim() === '') throw invalid('Issue', 'title', 'missing_field');
    changes['title'] = { from: issue.title };
    record(hub, actor, issue, { event: 'renamed', extra: { rename: { from: issue.title, to: title } } });
    issue.title = title;
  }
  if (body !== undefined && body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' };
    issue.body = body;
    crossReference(hub, actor, issue, { repository, text: body ?? '' });
  }
  if (Object.keys(changes).length === 0) return;
  touch(hub, issue);
  await emitThread(hub, place, { action: 'edited', sender: actor.user, extra: { changes } });
}

/** Adds labels that the issue lacks: one history line and one event each. */
export async function addLabels(hub: Hub, actor: Actor, place: IssueInPlace, labels: readonly Label[]): Promise<void> {
  for (const label of labels) {
    if (place.issue.labels.includes(label)) continue;
    place.issue.labels = [...place.issue.labels, label];
    await tellLabel(hub, actor, place, { label, event: 'labeled' });
  }
}

/** Takes a label from the issue; it must have it. */
export async function removeLabel(hub: Hub, actor: Actor, place: IssueInPlace, label: Label): Promise<void> {
  if (!place.issue.labels.includes(label)) throw new Refusal(404, 'Label does not exist');
  place.issue.labels = place.issue.labels.filter((each) => each !== label);
  await tellLabel(hub, actor, place, { label, event: 'unlabeled' });
}

type LabelNews = { readonly label: Label; readonly event: 'labeled' | 'unlabeled' };

async function tellLabel(hub: Hub, actor: Actor, place: IssueInPlace, { label, event }: LabelNews): Promise<void> {
  record(hub, actor, place.issue, { event, extra: { label: { name: label.name, color: label.color } } });
  const rendered = renderLabel(`${hub.url}/repos/${fullName(place.repository)}`, label);
  await emitThread(hub, place, { action: event, sender: actor.user, extra: { label: rendered } });
}

/** Assigns people who may be: those with a role in the repository. Others are ignored, as on GitHub. */
export async function assign(hub: Hub, actor: Actor, place: IssueInPlace, users: readonly User[]): Promise<void> {
  const { issue, repository } = place;
  for (const user of users) {
    if (issue.assignees.includes(user) || issue.assignees.length >= ASSIGNEES_MAX) continue;
    if (!isAssignable(repository, user)) continue;
    issue.assignees = [...issue.assignees, user];
    await tellAssignee(hub, actor, place, { user, event: 'assigned' });
  }
}

/** Assignable are the owner and the people who were given a role, never bots. */
export function isAssignable(repository: Repository, user: User): boolean {
  if (user.type !== 'User') return false;
  if (user.id === repository.owner.id) return true;
  return repository.collaborators.has(user.id) && isAtLeast(roleOf(repository, user), 'read');
}

/** Takes people from the issue. */
export async function unassign(hub: Hub, actor: Actor, place: IssueInPlace, users: readonly User[]): Promise<void> {
  for (const user of users) {
    if (!place.issue.assignees.includes(user)) continue;
    place.issue.assignees = place.issue.assignees.filter((each) => each !== user);
    await tellAssignee(hub, actor, place, { user, event: 'unassigned' });
  }
}

type AssigneeNews = { readonly user: User; readonly event: 'assigned' | 'unassigned' };

async function tellAssignee(hub: Hub, actor: Actor, place: IssueInPlace, { user, event }: AssigneeNews): Promise<void> {
  record(hub, actor, place.issue, { event, extra: { assignee: user } });
  touch(hub, place.issue);
  const extra = { assignee: renderUser(hub.url, user) };
  await emitThread(hub, place, { action: event, sender: actor.user, extra });
}

/** Puts the issue into a milestone, or into none. */
export async function setMilestone(
  hub: Hub,
  actor: Actor,
  place: IssueInPlace,
  milestone: Milestone | null,
): Promise<void> {
  const before = place.issue.milestone;
  if (before === milestone) return;
  place.issue.milestone = milestone;
  touch(hub, place.issue);
  const told = milestone ?? before;
  if (told === null) return;
  const event = milestone === null ? 'demilestoned' : 'milestoned';
  record(hub, actor, place.issue, { event, extra: { milestone: told.title } });
  const extra = { milestone: renderMilestone(hub.url, place.repository, told) };
  await emitThread(hub, place, { action: event, sender: actor.user, extra });
}
