import type { Verb } from '../domain/command/command.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { isFinal, type Session } from '../domain/session/session.ts';

/** What starts a command in a comment. */
export const COMMAND_PREFIX = '/reeve';

/** Which commands make sense for a session as it is. */
export function sensibleVerbs(session: Session): readonly Verb[] {
  if (isFinal(session)) return mayRetry(session) ? ['retry', 'help'] : ['help'];
  if (session.state === 'waiting' && session.on.kind === 'pause') return ['resume', 'stop', 'status', 'help'];
  if (session.state === 'waiting') return ['answer', 'stop', 'status', 'help'];
  if (session.state === 'reviewing') return ['retry', 'stop', 'status', 'help'];
  if (session.state === 'retrying') return ['retry', 'pause', 'stop', 'status', 'help'];
  if (whyNot(session, 'pause') === null) return ['pause', 'stop', 'status', 'help'];
  return ['stop', 'status', 'help'];
}

/** Whether another run could be asked for now. */
export function mayRetry(session: Session): boolean {
  return whyNot(session, 'retry') === null;
}
