import { Refusal, unprocessable } from '../errors.ts';
import type { Hub } from '../hub.ts';
import type { PullInPlace } from '../resources/pull.ts';
import type { Actor } from '../state/actor.ts';
import { refsMoved } from './refs.ts';
import { signatureOf, webFlow } from './signatures.ts';

/** Merges the base into the branch of a pull request; 422 when there is nothing new, a conflict, or another head than expected. */
export async function updateBranch(
  hub: Hub,
  actor: Actor,
  { repository, pull }: PullInPlace,
  expectedHead: string | undefined,
): Promise<void> {
  if (expectedHead !== undefined && expectedHead !== pull.headSha) {
    throw unprocessable("expected head sha didn't match current head ref.");
  }
  const git = hub.git(repository);
  const base = await git.ref(`refs/heads/${pull.baseRef}`);
  if (base === null) throw unprocessable('The base branch is gone.');
  const into = `refs/heads/${pull.headRef}`;
  const before = pull.headSha;
  const outcome = await git.merge({
    into,
    head: base.sha,
    method: 'merge',
    message: `Merge branch '${pull.baseRef}' into ${pull.headRef}`,
    author: signatureOf(hub, actor.user),
    committer: webFlow(hub),
  });
  switch (outcome.kind) {
    case 'merged':
      return refsMoved(hub, actor, repository, [{ ref: into, before, after: outcome.sha }]);
    case 'nothing':
      throw unprocessable('There are no new commits on the base branch.');
    case 'conflict':
    case 'no-such-branch':
      throw unprocessable('merge conflict between base and head');
    case 'moved':
      throw new Refusal(409, 'The branch moved meanwhile.');
  }
}
