import type { Repository } from '../domain/event/incoming.ts';
import type { ClosureReason } from '../domain/place.ts';
import { MovedError, RefusedError } from '../github/errors.ts';
import { UserError } from '../lib/errors.ts';
import type { RepositoryRef } from '../github/github.ts';
import type { Closure } from '../store/store.ts';
import { closePlace, endWorkIn, openPlace } from './close-place.ts';
import type { Ports } from './ports.ts';

/**
 * These look at a place as GitHub has it now, and close or open it accordingly. Deliveries come late, twice and in any
 * order, and some never come: so they only say where to look. Safe to repeat.
 */

/** An installation: suspended, uninstalled or neither. */
export async function lookAtInstallation(ports: Ports, installationId: number): Promise<void> {
  const place = { kind: 'installation', installationId } as const;
  const standing = await ports.github.installation(installationId);
  switch (standing) {
    case 'active':
      return openPlace(ports, place);
    case 'suspended':
    case 'uninstalled':
      return closePlace(ports, place, `app-${standing}`);
  }
}

/**
 * A repository under one installation: whether it is reached, what it is called, whether it is archived. `ifGone` is the
 * reason when it is not reached any more, which is all that GitHub tells.
 */
export async function lookAtRepository(
  ports: Ports,
  { id, installationId }: Pick<RepositoryRef, 'id' | 'installationId'>,
  ifGone: ClosureReason = 'repository-out-of-reach',
): Promise<void> {
  const seen = await ports.github.repository({ id, installationId });
  const installation = { kind: 'installation', installationId } as const;
  switch (seen.standing) {
    case 'suspended':
    case 'uninstalled':
      return closePlace(ports, installation, `app-${seen.standing}`);
    case 'out-of-reach':
      return closePlace(ports, { kind: 'selection', installationId, repositoryId: id }, ifGone);
    case 'active': {
      await takeIn(ports, seen.repository);
      await openPlace(ports, installation);
      await openPlace(ports, { kind: 'selection', installationId, repositoryId: id });
      const repository = { kind: 'repository', repositoryId: id } as const;
      return seen.isArchived ? closePlace(ports, repository, 'repository-archived') : openPlace(ports, repository);
    }
  }
}

/** What the repository is called now. Under another installation it is under another authority: the work ends there. */
async function takeIn(ports: Ports, repository: Repository): Promise<void> {
  const before = await ports.store.repositories.get(repository.id);
  await ports.store.repositories.see(repository);
  if (!before || before.installationId === repository.installationId) return;
  const why = before.owner === repository.owner ? 'app-uninstalled' : 'repository-transferred';
  await endWorkIn(ports, { kind: 'repository', repositoryId: repository.id }, why);
}

/** An issue: there and open to comments, or not. */
export async function lookAtIssue(ports: Ports, repository: RepositoryRef, issueNumber: number): Promise<void> {
  const place = { kind: 'issue', repositoryId: repository.id, issueNumber } as const;
  const standing = await issueStanding(ports, repository, issueNumber);
  return standing === 'there' ? openPlace(ports, place) : closePlace(ports, place, standing);
}

async function issueStanding(
  { github }: Ports,
  repository: RepositoryRef,
  issueNumber: number,
): Promise<'there' | 'issue-locked' | 'issue-transferred' | 'issue-deleted'> {
  try {
    return (await github.issue(repository, issueNumber)).isLocked ? 'issue-locked' : 'there';
  } catch (error) {
    if (error instanceof MovedError) return 'issue-transferred';
    if (error instanceof RefusedError && (error.status === 404 || error.status === 410)) return 'issue-deleted';
    throw error;
  }
}

/** Refusals behind which a place may be closed: not yours, not there, deleted, and no token for that repository. */
const tellingStatuses: ReadonlySet<number> = new Set([403, 404, 410, 422]);

/**
 * What a failed call says of the place it was made in: that it is closed; that it has another name or default branch, so
 * that the call is worth repeating at once; or nothing. This is how an end is found of which no delivery ever told.
 */
export async function whatFailureTells(
  ports: Ports,
  { repositoryId, issueNumber }: { readonly repositoryId: number; readonly issueNumber: number | null },
  error: unknown,
): Promise<Closure | 'has-another-name' | null> {
  const before = isTelling(error) ? await ports.store.repositories.get(repositoryId) : null;
  if (!before) return null;
  await lookAtRepository(ports, before);
  const closure = await ports.store.places.closureOf(repositoryId, issueNumber);
  if (closure) return closure;
  const now = (await ports.store.repositories.get(repositoryId)) ?? before;
  if (!isSame(now, before)) return 'has-another-name';
  if (issueNumber === null) return null;
  await lookAtIssue(ports, now, issueNumber);
  return ports.store.places.closureOf(repositoryId, issueNumber);
}

function isTelling(error: unknown): boolean {
  const refusal = error instanceof UserError ? error.cause : error; // it may have been put in words for people already
  return refusal instanceof MovedError || (refusal instanceof RefusedError && tellingStatuses.has(refusal.status));
}

/** Whether two sights of a repository agree. */
export function isSame(one: Repository, other: Repository): boolean {
  return (
    one.owner === other.owner &&
    one.name === other.name &&
    one.defaultBranch === other.defaultBranch &&
    one.installationId === other.installationId
  );
}
