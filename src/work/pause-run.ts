import type { Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { watchRun } from './watch-run.ts';

/**
 * Ends the run of a session that a person paused; its workspace stays as it is. Safe to repeat: while the agent still ends,
 * the next look goes on from here, and what it spent is heard as with any other end.
 */
export async function pauseRun(
  ports: Ports,
  session: Extract<Session, { state: 'preparing' | 'working' }>,
): Promise<void> {
  const { id, runId } = session;
  if ((await ports.runs.stop(runId, ports.now())) === 'stopping') return;
  if (session.state === 'working') return watchRun(ports, session);
  // A crash may have come between the launch and the word of it: then there is an end to hear of.
  const wasLaunched = (await ports.runs.observe(runId)).lock !== null;
  const event = wasLaunched
    ? ({ kind: 'run-launched', runId, at: ports.now() } as const)
    : ({ kind: 'run-withheld', runId, at: ports.now() } as const);
  await moveSession(ports, id, `paused:${runId}`, event);
}
