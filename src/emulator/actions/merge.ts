import { Refusal } from '../errors.ts';
import type { Hub } from '../hub.ts';
import { blockedBecause, pullFacts } from '../pull-facts.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import type { MergeMethod } from '../state/threads.ts';
import { record } from './history.ts';
import { markMerged } from './merged.ts';
import { refsMoved } from './refs.ts';
import { signatureOf, webFlow } from './signatures.ts';

type MergeWish = {
  readonly method: MergeMethod;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** The head that the caller has seen. */
  readonly sha?: string | undefined;
};

/** Merges a pull request into its base, closes what it says it closes; gives the SHA of the new commit. 405 or 409 when it cannot. */
export async function mergePull(hub: Hub, actor: Actor, place: PullInPlace, wish: MergeWish): Promise<string> {
  const { repository, issue, pull } = place;
  await refuseUnmergeable(hub, place, wish);
  const into = `refs/heads/${pull.baseRef}`;
  const base = await hub.git(repository).ref(into);
  const outcome = await hub.git(repository).merge({
    into,
    head: pull.headSha,
    method: wish.method,
    message: messageOf(place, wish),
    author: signatureOf(hub, actor.user),
    committer: webFlow(hub),
  });
  switch (outcome.kind) {
    case 'merged':
      break;
    case 'conflict':
    case 'nothing':
    case 'no-such-branch':
      throw new Refusal(405, 'Pull Request is not mergeable');
    case 'moved':
      throw new Refusal(409, 'Base branch was modified. Review and try the merge again.');
  }
  await markMerged(hub, actor, place, outcome.sha);
  await refsMoved(hub, actor, repository, [{ ref: into, before: base?.sha ?? '', after: outcome.sha }]);
  if (repository.merging.deleteBranch) {
    const head = `refs/heads/${pull.headRef}`;
    await hub.git(repository).deleteRef(head);
    record(hub, actor, issue, { event: 'head_ref_deleted' });
    await refsMoved(hub, actor, repository, [{ ref: head, before: pull.headSha, after: '0'.repeat(40) }]);
  }
  return outcome.sha;
}

async function refuseUnmergeable(hub: Hub, place: PullInPlace, wish: MergeWish): Promise<void> {
  const { repository, issue, pull } = place;
  if (issue.state === 'closed') throw new Refusal(405, 'Pull Request is not mergeable');
  if (wish.sha !== undefined && wish.sha !== pull.headSha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (pull.isDraft) throw new Refusal(405, 'Pull Request is still a draft');
  const { merging } = repository;
  const isAllowed = { merge: merging.mergeCommit, squash: merging.squash, rebase: merging.rebase }[wish.method];
  const names = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' };
  if (!isAllowed) throw new Refusal(405, `${names[wish.method]} are not allowed on this repository.`);
  const blocked = blockedBecause(place);
  if (blocked !== null) throw new Refusal(405, blocked);
  const facts = await pullFacts(hub, place);
  if (facts.isMergeable !== true) throw new Refusal(405, 'Pull Request is not mergeable');
}

function messageOf({ repository, issue, pull }: PullInPlace, { method, title, message }: MergeWish): string {
  const mergeTitle = `Merge pull request #${issue.number} from ${repository.owner.login}/${pull.headRef}`;
  const first = title ?? (method === 'squash' ? `${issue.title} (#${issue.number})` : mergeTitle);
  const rest = message ?? (method === 'squash' ? '' : issue.title);
  return rest === '' ? first : `${first}\n\n${rest}`;
}
