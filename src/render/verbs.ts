import { whyNot } from '../domain/session/allowed.ts';
import { isFinal, type Session } from '../domain/session/session.ts';

/** What starts a command in a comment. */
export const COMMAND_PREFIX = '/reeve';

/** The commands of a comment, in the order in which help tells them. */
export const verbs = {
  status: { usage: 'status', tells: 'says where the work stands' },
  answer: { usage: 'answer …', tells: 'answers the open question; a plain reply with a letter or a sentence does too' },
  retry: { usage: 'retry', tells: 'works on it again: after a failure, or to have an open pull request changed' },
  stop: { usage: 'stop', tells: 'ends the work; what is pushed already stays' },
  help: { usage: 'help', tells: 'shows this table' },
} as const;
export type VerbName = keyof typeof verbs;

/** Which commands make sense for a session as it is. */
export function sensibleVerbs(session: Session): readonly VerbName[] {
  if (isFinal(session)) return mayRetry(session) ? ['retry', 'help'] : ['help'];
  if (session.state === 'waiting') return ['answer', 'stop', 'status', 'help'];
  if (session.state === 'reviewing' || session.state === 'retrying') return ['retry', 'stop', 'status', 'help'];
  return ['stop', 'status', 'help'];
}

/** Whether another run could be asked for now. */
export function mayRetry(session: Session): boolean {
  return whyNot(session, 'retry') === null;
}
