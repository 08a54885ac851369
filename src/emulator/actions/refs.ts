import type { Hub } from '../hub.ts';
import { isAncestor } from '../repository/refs.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import type { RefMove } from '../state/refs.ts';
import type { Repository } from '../state/repositories.ts';
import { emitPull } from '../webhooks/thread-events.ts';
import { emitPush } from '../webhooks/push-events.ts';
import { record, touch } from './history.ts';
import { closeIssue } from './issue-state.ts';
import { markMerged } from './merged.ts';
import { closePull } from './pull-state.ts';
import { showAsRef } from './pulls.ts';
import { closedBy } from './references.ts';
import { openSuites } from './suites.ts';

const nothing = '0'.repeat(40);
const BRANCH = 'refs/heads/';

/** Everything that follows when refs have moved, by a push or by the API: events, suites, and what becomes of pull requests. */
export async function refsMoved(
  hub: Hub,
  actor: Actor,
  repository: Repository,
  moves: readonly RefMove[],
): Promise<void> {
  const seen = moves.filter(({ ref, before, after }) => before !== after && !ref.startsWith('refs/pull/'));
  const tags = seen.filter(({ ref }) => ref.startsWith('refs/tags/'));
  for (const move of seen) {
    const isTag = move.ref.startsWith('refs/tags/');
    if (!isTag && !move.ref.startsWith(BRANCH)) continue; // other refs are nobody's business
    repository.pushedAt = hub.clock();
    if (!isTag || tags.length <= 3) await emitPush(hub, actor, repository, move); // more than 3 tags at once: no event
    if (!isTag) await branchMoved(hub, actor, repository, move);
  }
}

async function branchMoved(hub: Hub, actor: Actor, repository: Repository, move: RefMove): Promise<void> {
  const branch = move.ref.slice(BRANCH.length);
  if (move.after !== nothing) await openSuites(hub, actor, repository, { ...move, branch });
  for (const place of openPulls(repository)) {
    if (place.pull.headRef === branch) await headMoved(hub, actor, place, move);
  }
  for (const place of openPulls(repository)) {
    if (place.pull.baseRef === branch) await baseMoved(hub, actor, place, move);
  }
  if (branch === repository.defaultBranch && move.after !== nothing) await closeNamed(hub, actor, repository, move);
}

function openPulls(repository: Repository): readonly PullInPlace[] {
  const places: PullInPlace[] = [];
  for (const issue of repository.issues.values()) {
    if (issue.pull !== null && issue.state === 'open') places.push({ repository, issue, pull: issue.pull });
  }
  return places;
}

async function headMoved(hub: Hub, actor: Actor, place: PullInPlace, { before, after }: RefMove): Promise<void> {
  if (after === nothing) return closePull(hub, actor, place);
  const { pull, issue, repository } = place;
  pull.headSha = after;
  const base = await hub.git(repository).ref(`${BRANCH}${pull.baseRef}`);
  pull.baseSha = base?.sha ?? pull.baseSha;
  touch(hub, issue);
  const git = hub.git(repository);
  await showAsRef(hub, place);
  if (!(await isAncestor(git.directory, before, after))) {
    record(hub, actor, issue, { event: 'head_ref_force_pushed', commitId: after });
  }
  await emitPull(hub, place, { action: 'synchronize', sender: actor.user, extra: { before, after } });
}

/** A base that is gone closes the pull request; a base that now holds all its commits has merged it. */
async function baseMoved(hub: Hub, actor: Actor, place: PullInPlace, { after }: RefMove): Promise<void> {
  if (after === nothing) return closePull(hub, actor, place);
  const { directory } = hub.git(place.repository);
  if (await isAncestor(directory, place.pull.headSha, after)) await markMerged(hub, actor, place, after);
}

/** Commits on the default branch close the issues that their messages name. */
async function closeNamed(hub: Hub, actor: Actor, repository: Repository, { before, after }: RefMove): Promise<void> {
  if (before === nothing) return;
  const commitsMax = 250; // as many as GitHub looks at in one push
  const commits = await hub.git(repository).log({ from: before, to: after, limit: commitsMax, oldestFirst: true });
  for (const commit of commits) {
    for (const issue of closedBy(repository, commit.message)) {
      if (issue.state === 'closed') continue;
      record(hub, actor, issue, { event: 'referenced', commitId: commit.sha });
      await closeIssue(hub, actor, { repository, issue }, { commitId: commit.sha });
    }
  }
}
