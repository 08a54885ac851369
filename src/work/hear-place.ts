import type { IncomingEvent, InstallationEvent } from '../domain/event/incoming.ts';
import type { ClosureReason, Place } from '../domain/place.ts';
import { closePlace, endWorkIn } from './close-place.ts';
import { isSame, lookAtInstallation, lookAtIssue, lookAtRepository } from './look-at-place.ts';
import type { Ports } from './ports.ts';

type Told<Kind extends IncomingEvent['kind']> = Extract<IncomingEvent, { kind: Kind }>;

/**
 * What happened to an installation: GitHub is asked how it stands now, and its places are closed or opened. Of a
 * repository that we never saw nothing is kept. Safe to repeat: looking is.
 */
export async function hearInstallation(ports: Ports, event: InstallationEvent): Promise<string> {
  const { installationId, change } = event;
  if (event.kind === 'installation-changed') {
    const why = { created: null, unsuspended: null, deleted: 'app-uninstalled', suspended: 'app-suspended' } as const;
    const place = { kind: 'installation', installationId } as const;
    await orEndWork(ports, place, why[event.change], () => lookAtInstallation(ports, installationId));
    return `looked at the installation: ${change}`;
  }
  let looks = 0;
  for (const id of event.repositoryIds) {
    if (!(await ports.store.repositories.get(id))) continue;
    const place = { kind: 'selection', installationId, repositoryId: id } as const;
    const why = change === 'removed' ? 'repository-out-of-reach' : null;
    await orEndWork(ports, place, why, () => lookAtRepository(ports, { id, installationId }));
    looks += 1;
  }
  return `looked at ${looks} repositories: ${change}`;
}

const endings: Readonly<Record<Told<'repository-changed'>['change'], ClosureReason | null>> = {
  ...{ renamed: null, edited: null, unarchived: null, archived: 'repository-archived' },
  ...{ deleted: 'repository-deleted', transferred: 'repository-transferred' },
};

/** What happened to a repository: GitHub is asked what it is called and how it stands now. Safe to repeat: looking is. */
export async function hearRepository(ports: Ports, event: Told<'repository-changed'>): Promise<string> {
  const { repository, change } = event;
  const known = await ports.store.repositories.get(repository.id);
  if (!known) return 'not a repository with work';
  if (change === 'edited' && isSame(known, repository)) return 'nothing that concerns us';
  const why = endings[change];
  const place = { kind: 'repository', repositoryId: repository.id } as const;
  await orEndWork(ports, place, why, () => lookAtRepository(ports, repository, why ?? undefined));
  return `looked at the repository: ${change}`;
}

/** An issue that was transferred or deleted never comes back under its number, so there is nothing to look at. */
export async function hearIssueGone(ports: Ports, { repository, issue, why }: Told<'issue-gone'>): Promise<string> {
  if (!(await hasWork(ports, repository.id, issue.number))) return 'no session on this issue';
  await closePlace(ports, { kind: 'issue', repositoryId: repository.id, issueNumber: issue.number }, why);
  return why;
}

/** An issue was locked or unlocked; which of both counts now, GitHub tells. */
export async function hearIssueLock(ports: Ports, event: Told<'issue-lock-changed'>): Promise<string> {
  const { repository, issue } = event;
  if (!(await hasWork(ports, repository.id, issue.number))) return 'no session on this issue';
  await lookAtIssue(ports, repository, issue.number);
  return 'looked at the issue';
}

/** Of an issue that never had work nothing is kept: GitHub is asked about it when somebody wants work there. */
async function hasWork({ store }: Ports, repositoryId: number, issueNumber: number): Promise<boolean> {
  return (await store.sessions.ofIssue(repositoryId, issueNumber)) !== null;
}

/** A place that was closed, they say, and that GitHub does not let us look at: its agents do not work on meanwhile. */
async function orEndWork(
  ports: Ports,
  place: Place,
  why: ClosureReason | null,
  look: () => Promise<void>,
): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (why !== null) await endWorkIn(ports, place, why);
    throw error;
  }
}
