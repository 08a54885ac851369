import { invalid, Refusal } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { PullInPlace } from '../resources/pull.ts';
import { renderUser } from '../resources/user.ts';
import type { Actor } from '../state/actor.ts';
import { nodeId } from '../state/ids.ts';
import type { User } from '../state/people.ts';
import type { Repository } from '../state/repositories.ts';
import type { Pull } from '../state/threads.ts';
import { emitPull } from '../webhooks/thread-events.ts';
import { record, touch } from './history.ts';
import { addIssue } from './issues.ts';
import { crossReference } from './references.ts';

type NewPull = {
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly isDraft: boolean;
  readonly maintainerCanModify: boolean;
};

/** A new pull request between two branches; 422 for a missing branch, no commits between them, or a duplicate. */
export async function openPull(hub: Hub, actor: Actor, repository: Repository, fields: NewPull): Promise<PullInPlace> {
  const headRef = branchOf(repository, fields.head);
  const git = hub.git(repository);
  const base = await git.ref(`refs/heads/${fields.base}`);
  if (base === null) throw invalid('PullRequest', 'base', 'invalid');
  const head = await git.ref(`refs/heads/${headRef}`);
  if (head === null) throw invalid('PullRequest', 'head', 'invalid');
  refuseDuplicate(repository, headRef, fields.base);
  const comparison = await git.compare(base.sha, head.sha);
  if (comparison === null || comparison.ahead === 0) {
    const message = `No commits between ${fields.base} and ${headRef}`;
    throw new Refusal(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });
  }
  const id = hub.state.nextId();
  const pull: Pull = {
    id,
    nodeId: nodeId('Pull', id),
    headRef,
    headSha: head.sha,
    baseRef: fields.base,
    baseSha: base.sha,
    reviews: [],
    reviewComments: [],
    isDraft: fields.isDraft,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    autoMerge: null,
    maintainerCanModify: fields.maintainerCanModify,
    requestedReviewers: [],
  };
  const issue = addIssue(hub, actor, repository, { title: fields.title, body: fields.body, pull });
  const place = { repository, issue, pull };
  await showAsRef(hub, place);
  crossReference(hub, actor, issue, { repository, text: fields.body ?? '' });
  await emitPull(hub, place, { action: 'opened', sender: actor.user });
  return place;
}

/** `head` may be `branch` or `owner:branch`; pull requests from forks are not there. */
function branchOf(repository: Repository, head: string): string {
  const colon = head.indexOf(':');
  if (colon < 0) return head;
  const owner = head.slice(0, colon);
  if (owner.toLowerCase() !== repository.owner.login.toLowerCase()) throw invalid('PullRequest', 'head', 'invalid');
  return head.slice(colon + 1);
}

function refuseDuplicate(repository: Repository, headRef: string, baseRef: string): void {
  for (const { state, pull } of repository.issues.values()) {
    if (state !== 'open' || pull?.headRef !== headRef || pull.baseRef !== baseRef) continue;
    const message = `A pull request already exists for ${repository.owner.login}:${headRef}.`;
    throw new Refusal(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });
  }
}

/** `refs/pull/N/head` follows the pull request, as on GitHub. */
export async function showAsRef(hub: Hub, { repository, issue, pull }: PullInPlace): Promise<void> {
  const git = hub.git(repository);
  const name = `refs/pull/${issue.number}/head`;
  if ((await git.updateRef(name, pull.headSha, { force: true })) === 'missing') await git.createRef(name, pull.headSha);
}

/** Points an open pull request at another base. */
export async function changeBase(hub: Hub, actor: Actor, place: PullInPlace, base: string): Promise<void> {
  const { repository, pull, issue } = place;
  if (pull.baseRef === base) return;
  const ref = await hub.git(repository).ref(`refs/heads/${base}`);
  if (ref === null) throw invalid('PullRequest', 'base', 'invalid');
  refuseDuplicate(repository, pull.headRef, base);
  const changes = { base: { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } } };
  pull.baseRef = base;
  pull.baseSha = ref.sha;
  touch(hub, issue);
  record(hub, actor, issue, { event: 'base_ref_changed' });
  await emitPull(hub, place, { action: 'edited', sender: actor.user, extra: { changes } });
}

/** Asks people for a review; the author cannot be asked. */
export async function requestReviewers(
  hub: Hub,
  actor: Actor,
  place: PullInPlace,
  users: readonly User[],
): Promise<void> {
  const { issue, pull } = place;
  for (const user of users) {
    if (user.id === issue.author.id) throw new Refusal(422, 'Review cannot be requested from pull request author.');
    if (pull.requestedReviewers.includes(user)) continue;
    pull.requestedReviewers = [...pull.requestedReviewers, user];
    touch(hub, issue);
    record(hub, actor, issue, { event: 'review_requested', extra: { requestedReviewer: user } });
    const extra = { requested_reviewer: renderUser(hub.url, user) };
    await emitPull(hub, place, { action: 'review_requested', sender: actor.user, extra });
  }
}
