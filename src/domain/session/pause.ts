import type { EffectBody } from '../effect/effect.ts';
import type { RunId } from '../ids.ts';
import type { Person } from '../people.ts';
import { closeRun, move, publishing, requeue, type Transition } from './move.ts';
import type { Session, SessionCommon, SessionState } from './session.ts';

/**
 * A person asks for a pause. What is not at work waits at once; a run is stopped first, so that until its agent is surely
 * gone the session keeps its state and its slot. Null where there is nothing to pause.
 */
export function pause(session: Session, { by, at }: { readonly by: Person; readonly at: number }): Transition | null {
  switch (session.state) {
    case 'queued':
    case 'retrying':
      return waitForResume(session, at, { by, finishedRun: null });
    case 'preparing':
    case 'working':
      return session.pausedBy ? null : move(session, at, { ...stateOf(session), pausedBy: by }, { shows: ['card'] });
    case 'waiting':
    case 'publishing':
    case 'reviewing':
    case 'done':
    case 'failed':
    case 'stopped':
      return null;
  }
}

/** Its agent is gone, or never came: the session waits, with its workspace and its conversation kept. */
export function waitForResume(
  session: Session,
  at: number,
  { by, finishedRun, ...more }: { readonly by: Person; readonly finishedRun: RunId | null } & More,
): Transition {
  return move(session, at, { state: 'waiting', on: { kind: 'pause', by, finishedRun } }, more);
}

type More = { readonly changes?: Partial<SessionCommon>; readonly bodies?: readonly EffectBody[] };

/** A paused run that was not launched yet, and now never will be. */
export function withhold(session: Extract<Session, { state: 'preparing' }>, at: number): Transition | null {
  const by = session.pausedBy;
  if (!by) return null;
  return waitForResume(session, at, { by, finishedRun: null, changes: { runs: closeRun(session, 'withheld', at) } });
}

/** Goes on where the pause came: with another run in the same conversation, or by publishing what was finished already. */
export function resume(session: Extract<Session, { state: 'waiting' }>, at: number): Transition | null {
  if (session.on.kind !== 'pause') return null;
  const { finishedRun } = session.on;
  return finishedRun === null ? requeue(session, at) : move(session, at, publishing(finishedRun, null));
}

function stateOf(session: Extract<Session, { state: 'preparing' | 'working' }>): AtWork {
  const { runId } = session;
  return session.state === 'preparing'
    ? { state: 'preparing', runId }
    : { state: 'working', runId, progress: session.progress };
}

type AtWork = Extract<SessionState, { state: 'preparing' | 'working' }>;
