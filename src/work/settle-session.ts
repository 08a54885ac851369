import type { Session } from '../domain/session/session.ts';
import { cleanUpAfter } from './cleanup-workspaces.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

/** From its end; a disk, a mirror or a process that is stuck for longer must not hold up the issue. */
const SETTLE_MS_MAX = 10 * 60_000;

/**
 * Cleans up after an ended session: its agent is stopped for sure, work that was not published is kept in our mirror,
 * then the workspace goes, unless somebody locked it. Safe to repeat; while the agent still ends, the next look goes on from here. What cannot be kept
 * elsewhere is not removed either: after a time the session is settled all the same, and `reeve verify` names its workspace.
 * So it is when its agent cannot be killed: `free-leftovers.ts` goes on to try, and nobody removes what a live run uses.
 */
export async function settleSession(ports: Ports, session: Session): Promise<void> {
  const run = session.runs.at(-1);
  const isOverdue = (): boolean => ports.now() >= session.changedAt + SETTLE_MS_MAX;
  if (run && (await ports.runs.stop(run.id, ports.now())) === 'stopping') {
    if (!isOverdue()) return;
    ports.log.error(
      { session: session.id, run: run.id },
      'The agent of an ended session cannot be ended. Its workspace stays, and it is told to end again and again; the issue waits for it no longer.',
    );
    return settled(ports, session);
  }
  try {
    await cleanUpAfter(ports, session);
  } catch (error) {
    if (!isOverdue()) throw error;
    ports.log.error(
      { session: session.id, err: error },
      'The workspace could not be cleaned up and is left as it is; `reeve verify` names it until it is removed.',
    );
  }
  await settled(ports, session);
}

async function settled(ports: Ports, { id }: Session): Promise<void> {
  await moveSession(ports, id, 'settled', { kind: 'settled', at: ports.now() });
}
