import { crashPoint } from '../lib/crash-point.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Transition } from '../domain/session/move.ts';
import type { SessionEvent } from '../domain/session/session.ts';
import { transition } from '../domain/session/transition.ts';
import { ALL, type Ports } from './ports.ts';

/**
 * Tells a session what happened, stores what follows, and asks for the next look at it. Safe to repeat: a `cause` moves
 * a session once, and an event that no longer fits is ignored.
 */
export async function moveSession(
  { store, queue, log }: Pick<Ports, 'store' | 'queue' | 'log'>,
  id: SessionId,
  cause: string,
  event: SessionEvent,
): Promise<Transition> {
  crashPoint('session.changing');
  const result = await store.sessions.change(id, cause, (session) => transition(session, event));
  crashPoint('session.changed');
  if (result.outcome === 'moved') {
    log.info({ session: id, cause, event: event.kind, state: result.session.state }, 'The session moved.');
    if (result.effects.length > 0) queue.nudge('outbox', ALL);
    queue.nudge('session', id);
    queue.nudge('selection', ALL);
  } else {
    log.debug({ session: id, cause, event: event.kind, why: result.why }, 'The event changes nothing.');
  }
  return result;
}
