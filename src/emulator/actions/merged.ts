import type { Hub } from '../hub.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import { emitPull } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';
import { closeIssue } from './issue-state.ts';
import { closedBy } from './references.ts';

/** Marks a pull request as merged by that commit, tells it, and closes the issues that it names. */
export async function markMerged(hub: Hub, actor: Actor, place: PullInPlace, sha: string): Promise<void> {
  const { repository, issue, pull } = place;
  pull.mergedAt = hub.clock();
  pull.mergedBy = actor.user;
  pull.mergeCommitSha = sha;
  pull.autoMerge = null;
  issue.state = 'closed';
  issue.closedAt = pull.mergedAt;
  issue.closedBy = actor.user;
  touch(hub, issue);
  record(hub, actor, issue, { event: 'merged', commitId: sha });
  record(hub, actor, issue, { event: 'closed', commitId: sha });
  await emitPull(hub, place, { action: 'closed', sender: actor.user });
  if (pull.baseRef !== repository.defaultBranch) return;
  for (const closed of closedBy(repository, `${issue.title}\n${issue.body ?? ''}`)) {
    if (closed.state === 'open') await closeIssue(hub, actor, { repository, issue: closed }, { commitId: sha });
  }
}
