import type { Session } from '../domain/session/session.ts';
import { cleanUpAfter } from './cleanup-workspaces.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

const CLEAN_UP_MS_MAX = 10 * 60_000; // from its end; a disk or mirror that is broken for longer must not hold up the issue

/**
 * Cleans up after an ended session: its agent is stopped for sure, work that was not published is kept in our mirror,
 * then the workspace goes, unless somebody locked it. Safe to repeat; while the agent still ends, the next look goes on from here. What cannot be kept
 * elsewhere is not removed either: after a time the session is settled all the same, and `reeve verify` names its workspace.
 */
export async function settleSession(ports: Ports, session: Session): Promise<void> {
  const run = session.runs.at(-1);
  if (run && (await ports.runs.stop(run.id, ports.now())) === 'stopping') return;
  try {
    await cleanUpAfter(ports, session);
  } catch (error) {
    if (ports.now() < session.changedAt + CLEAN_UP_MS_MAX) throw error;
    ports.log.error(
      { session: session.id, err: error },
      'The workspace could not be cleaned up and is left as it is; `reeve verify` names it until it is removed.',
    );
  }
  await moveSession(ports, session.id, 'settled', { kind: 'settled', at: ports.now() });
}
