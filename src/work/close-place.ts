import type { ClosureReason, Place } from '../domain/place.ts';
import { placeKeyOf } from '../domain/place.ts';
import type { Session, StateName } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { ALL, type Ports } from './ports.ts';

const REPOSITORIES_MAX = 100; // in memory at once; an installation may reach thousands
const SESSIONS_MAX = 100; // in memory at once
const goingOn: readonly StateName[] = [
  ...(['queued', 'preparing', 'working', 'waiting', 'publishing', 'reviewing', 'retrying'] as const),
];

/**
 * Closes a place: what waits to be written there is revoked, and every session there ends, so that its agent is stopped
 * like any other. Safe to repeat: a closed place stays closed, and an ended session stays ended.
 */
export async function closePlace(ports: Ports, place: Place, why: ClosureReason): Promise<void> {
  const revoked = await ports.store.places.close(place, { why, at: ports.now() });
  ports.log.info({ place: placeKeyOf(place), why, revoked }, 'A place is closed: nothing is written there any more.');
  await endWorkIn(ports, place, why);
}

/** Opens a place. What is true there now is shown again. Safe to repeat. */
export async function openPlace({ store, queue, log }: Ports, place: Place): Promise<void> {
  if (await store.places.open(place)) log.info({ place: placeKeyOf(place) }, 'A place is open again.');
  queue.nudge('outbox', ALL);
}

/** Ends every session in a place that has not ended. Safe to repeat. */
export async function endWorkIn(ports: Ports, place: Place, why: ClosureReason): Promise<void> {
  switch (place.kind) {
    case 'installation':
      return endInInstallation(ports, place.installationId, why);
    case 'selection': {
      const repository = await ports.store.repositories.get(place.repositoryId);
      if (repository?.installationId !== place.installationId) return undefined; // another installation reaches it
      return endInRepository(ports, place.repositoryId, why);
    }
    case 'repository':
      return endInRepository(ports, place.repositoryId, why);
    case 'issue': {
      const session = await ports.store.sessions.ofIssue(place.repositoryId, place.issueNumber);
      return session ? endOne(ports, session, why) : undefined;
    }
  }
}

async function endInInstallation(ports: Ports, installationId: number, why: ClosureReason): Promise<void> {
  for (let afterId = 0; ;) {
    const page = { afterId, limit: REPOSITORIES_MAX };
    const repositories = await ports.store.repositories.ofInstallation(installationId, page);
    for (const { id } of repositories) await endInRepository(ports, id, why);
    const last = repositories.at(-1);
    if (!last) return;
    afterId = last.id;
  }
}

async function endInRepository(ports: Ports, repositoryId: number, why: ClosureReason): Promise<void> {
  for (;;) {
    const sessions = await ports.store.sessions.inRepository(repositoryId, goingOn, SESSIONS_MAX);
    for (const session of sessions) await endOne(ports, session, why);
    if (sessions.length < SESSIONS_MAX) return; // those of this page have ended, so the next one is another
  }
}

async function endOne(ports: Ports, session: Session, why: ClosureReason): Promise<void> {
  const cause = `place-closed:v${session.version}`;
  await moveSession(ports, session.id, cause, { kind: 'place-closed', why, at: ports.now() });
}
