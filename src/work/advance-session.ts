import { sessionId } from '../domain/ids.ts';
import { isFinal } from '../domain/session/session.ts';
import { endWorkIn } from './close-place.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { pauseRun } from './pause-run.ts';
import { prepareRun } from './prepare-run.ts';
import { checkChanges } from './check-changes.ts';
import { settleSession } from './settle-session.ts';
import { watchRun } from './watch-run.ts';

/**
 * Looks at one session and does the next step of its state, if there is one to do. Safe to repeat: each step is. Once
 * `signal` is aborted no run starts any more.
 */
export async function advanceSession(ports: Ports, key: string, signal?: AbortSignal): Promise<void> {
  const session = await ports.store.sessions.get(sessionId(key));
  if (!session) return;
  if (isFinal(session)) {
    if (!session.isSettled) await settleSession(ports, session);
    return;
  }
  const { repositoryId, issueNumber } = session;
  const closure = await ports.store.places.closureOf(repositoryId, issueNumber);
  if (closure) return endWorkIn(ports, { kind: 'issue', repositoryId, issueNumber }, closure.why);
  switch (session.state) {
    case 'preparing':
      return session.pausedBy ? pauseRun(ports, session) : prepareRun(ports, session, signal);
    case 'working':
      return session.pausedBy ? pauseRun(ports, session) : watchRun(ports, session);
    case 'publishing':
      return session.step.kind === 'checking' ? checkChanges(ports, session, session.step.approvedHead) : undefined;
    case 'retrying':
      if (ports.now() < session.retryAt) return undefined;
      await moveSession(ports, session.id, `retry-due:v${session.version}`, { kind: 'retry-due', at: ports.now() });
      return undefined;
    case 'queued': // waits for selection
    case 'waiting': // waits for a person
    case 'reviewing': // waits for the pull request
    case 'done':
    case 'failed':
    case 'stopped':
      return undefined;
  }
}
