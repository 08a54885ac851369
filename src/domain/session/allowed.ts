import { isFinal, type Session } from './session.ts';

/** What a person can ask of a session, from a comment, a button or the command line alike. */
export type SessionVerb = 'stop' | 'retry' | 'answer';

/** Why a verb makes no sense now, as a sentence for the person who asked; null when it does. */
export function whyNot(session: Session | null, verb: SessionVerb): string | null {
  if (!session) return 'I am not working on this issue. Add the label `reeve:ready` to start.';
  switch (verb) {
    case 'stop':
      return isFinal(session) ? 'There is nothing to stop: the work on this issue has ended.' : null;
    case 'retry':
      return whyNotRetry(session);
    case 'answer':
      return session.state === 'waiting' ? null : 'No question is open.';
  }
}

function whyNotRetry(session: Session): string | null {
  switch (session.state) {
    case 'stopped':
      return session.why === 'issue-closed'
        ? 'The issue was closed. Open it again and add the label `reeve:ready` to start.'
        : null;
    case 'failed':
    case 'reviewing':
    case 'retrying':
      return null;
    case 'done':
      return 'This work is merged. Open a new issue for what is still missing.';
    case 'waiting':
      return 'I am waiting for an answer; answer the question and I go on.';
    case 'queued':
    case 'preparing':
    case 'working':
    case 'publishing':
      return 'I am already at it.';
  }
}
