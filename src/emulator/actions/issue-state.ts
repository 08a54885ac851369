import type { Hub } from '../hub.ts';
import type { Actor } from '../state/actor.ts';
import { emitThread, type IssueInPlace } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';

type Closing = { readonly reason?: string; readonly commitId?: string };

/** Closes an issue; closing a closed one only changes the reason. For pull requests see actions/pulls.ts. */
export async function closeIssue(
  hub: Hub,
  actor: Actor,
  place: IssueInPlace,
  { reason = 'completed', commitId }: Closing = {},
): Promise<void> {
  const { issue } = place;
  if (issue.state === 'closed' && issue.stateReason === reason) return;
  const wasOpen = issue.state === 'open';
  issue.state = 'closed';
  issue.stateReason = issue.pull === null ? reason : null;
  issue.closedAt = hub.clock();
  issue.closedBy = actor.user;
  touch(hub, issue);
  if (!wasOpen) return;
  record(hub, actor, issue, {
    event: 'closed',
    extra: { stateReason: issue.stateReason },
    ...(commitId !== undefined && { commitId }),
  });
  await emitThread(hub, place, { action: 'closed', sender: actor.user });
}

/** Opens a closed issue again. */
export async function reopenIssue(hub: Hub, actor: Actor, place: IssueInPlace): Promise<void> {
  const { issue } = place;
  if (issue.state === 'open') return;
  issue.state = 'open';
  issue.stateReason = issue.pull === null ? 'reopened' : null;
  issue.closedAt = null;
  issue.closedBy = null;
  touch(hub, issue);
  record(hub, actor, issue, { event: 'reopened', extra: { stateReason: issue.stateReason } });
  await emitThread(hub, place, { action: 'reopened', sender: actor.user });
}

/** Only people with write may write in a locked thread. */
export async function lockIssue(hub: Hub, actor: Actor, place: IssueInPlace, reason: string | null): Promise<void> {
  place.issue.isLocked = true;
  place.issue.lockReason = reason;
  touch(hub, place.issue);
  record(hub, actor, place.issue, { event: 'locked', extra: { lockReason: reason } });
  await emitThread(hub, place, { action: 'locked', sender: actor.user });
}

/** Opens a locked thread to everybody again. */
export async function unlockIssue(hub: Hub, actor: Actor, place: IssueInPlace): Promise<void> {
  place.issue.isLocked = false;
  place.issue.lockReason = null;
  touch(hub, place.issue);
  record(hub, actor, place.issue, { event: 'unlocked', extra: { lockReason: null } });
  await emitThread(hub, place, { action: 'unlocked', sender: actor.user });
}
