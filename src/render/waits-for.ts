import type { Session } from '../domain/session/session.ts';
import { instant } from './duration.ts';

/** What the next step of a session depends on; null when it has ended. */
export function waitsForText(session: Session): string | null {
  switch (session.state) {
    case 'queued':
      return 'a free slot';
    case 'preparing':
      return 'its workspace';
    case 'working':
      return 'its agent';
    case 'waiting':
      return session.on.kind === 'hold'
        ? 'a person to look at its changes'
        : `an answer to question ${session.on.number}`;
    case 'publishing':
      return session.step.kind === 'checking' ? 'the check of its changes' : 'its push';
    case 'reviewing':
      return session.pull ? `a merge of #${session.pull.number}` : 'a merge';
    case 'retrying':
      return `its next try at ${instant(session.retryAt)}`;
    case 'done':
    case 'failed':
    case 'stopped':
      return null;
  }
}
