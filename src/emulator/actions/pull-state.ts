import { Refusal, unprocessable } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import type { AutoMerge } from '../state/threads.ts';
import { emitPull } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';

/** Closes a pull request without merging it. */
export async function closePull(hub: Hub, actor: Actor, place: PullInPlace): Promise<void> {
  const { issue, pull } = place;
  if (issue.state === 'closed') return;
  issue.state = 'closed';
  issue.closedAt = hub.clock();
  issue.closedBy = actor.user;
  pull.autoMerge = null;
  touch(hub, issue);
  record(hub, actor, issue, { event: 'closed' });
  await emitPull(hub, place, { action: 'closed', sender: actor.user });
}

/** Opens a closed pull request again; 422 when it was merged or its branch is gone. */
export async function reopenPull(hub: Hub, actor: Actor, place: PullInPlace): Promise<void> {
  const { issue, pull, repository } = place;
  if (issue.state === 'open') return;
  if (pull.mergedAt !== null) throw unprocessable('Validation Failed');
  const head = await hub.git(repository).ref(`refs/heads/${pull.headRef}`);
  if (head === null) {
    const message = `The ${pull.headRef} branch has been deleted.`;
    throw new Refusal(422, 'Validation Failed', {
      errors: [{ resource: 'PullRequest', code: 'invalid', field: 'state', message }],
    });
  }
  pull.headSha = head.sha;
  issue.state = 'open';
  issue.closedAt = null;
  issue.closedBy = null;
  touch(hub, issue);
  record(hub, actor, issue, { event: 'reopened' });
  await emitPull(hub, place, { action: 'reopened', sender: actor.user });
}

/** Draft or ready for review. */
export async function setDraft(hub: Hub, actor: Actor, place: PullInPlace, isDraft: boolean): Promise<void> {
  const { issue, pull } = place;
  if (pull.isDraft === isDraft) return;
  pull.isDraft = isDraft;
  if (isDraft) pull.autoMerge = null;
  touch(hub, issue);
  const event = isDraft ? 'convert_to_draft' : 'ready_for_review';
  record(hub, actor, issue, { event });
  const action = isDraft ? 'converted_to_draft' : 'ready_for_review';
  await emitPull(hub, place, { action, sender: actor.user });
}

/** Will be merged as soon as nothing is in the way; null takes it back. */
export async function setAutoMerge(
  hub: Hub,
  actor: Actor,
  place: PullInPlace,
  autoMerge: AutoMerge | null,
): Promise<void> {
  place.pull.autoMerge = autoMerge;
  touch(hub, place.issue);
  record(hub, actor, place.issue, { event: autoMerge === null ? 'auto_merge_disabled' : 'auto_merge_enabled' });
  const extra = autoMerge === null ? { reason: 'manual' } : { reason: null };
  const action = autoMerge === null ? 'auto_merge_disabled' : 'auto_merge_enabled';
  await emitPull(hub, place, { action, sender: actor.user, extra });
}
