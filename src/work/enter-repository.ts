import type { RepositoryEvent } from '../domain/event/incoming.ts';
import type { ClosureReason } from '../domain/place.ts';
import { isSame, lookAtIssue, lookAtRepository } from './look-at-place.ts';
import type { Ports } from './ports.ts';

const LOOK_AGAIN_MS = 60_000; // a closed place that is heard of may be open again; a backlog from before asks once a minute

/**
 * Where an event happened, before anything is done about it: takes in what the repository is called, and gives the reason
 * when its place is closed. A delivery may be old, and a newer one may be routed beside it: so one that names the repository
 * otherwise than we know it makes us look, and none ever writes over what is known. Safe to repeat.
 */
export async function enterRepository(ports: Ports, event: RepositoryEvent): Promise<ClosureReason | null> {
  const { repositories, places } = ports.store;
  const { repository } = event;
  const known = (await repositories.get(repository.id)) ?? (await repositories.meet(repository));
  if (!isSame(known, repository)) await lookAtRepository(ports, repository);
  const issueNumber = issueOf(event);
  const closure = await places.closureOf(repository.id, issueNumber);
  if (!closure || ports.now() < closure.lookedAt + LOOK_AGAIN_MS) return closure?.why ?? null;
  const now = (await repositories.get(repository.id)) ?? repository;
  if (closure.place.kind !== 'issue') await lookAtRepository(ports, now, closure.why);
  else if (closure.why === 'issue-locked') await lookAtIssue(ports, now, closure.place.issueNumber);
  return (await places.closureOf(repository.id, issueNumber))?.why ?? null;
}

/** The issue that an event is about; null when it is about a pull request, a check or the whole repository. */
export function issueOf(event: RepositoryEvent): number | null {
  if ('issue' in event) return event.issue.number;
  if (event.kind === 'operator-commanded') return event.onNumber;
  return 'comment' in event && !event.isPull ? event.onNumber : null;
}
