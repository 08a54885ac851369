import { isFinal, openQuestion, type Session } from './session.ts';

/** What a person can ask of a session, from a comment, a button or the command line alike. */
export type SessionVerb = 'stop' | 'retry' | 'pause' | 'resume' | 'answer';

/** Why a verb makes no sense now, as a sentence for the person who asked; null when it does. */
export function whyNot(session: Session | null, verb: SessionVerb): string | null {
  if (!session) return 'I am not working on this issue. Add the label `reeve:ready` to start.';
  switch (verb) {
    case 'stop':
      return isFinal(session) ? 'There is nothing to stop: the work on this issue has ended.' : null;
    case 'retry':
      return whyNotRetry(session);
    case 'pause':
      return whyNotPause(session);
    case 'resume':
      return whyNotResume(session);
    case 'answer':
      return openQuestion(session) ? null : 'No question is open.';
  }
}

/**
 * Why the label that asks for work starts nothing where work is open, for whoever put it there; null where it goes on by
 * itself, or has ended.
 */
export function whyNotStart(session: Session): string | null {
  switch (session.state) {
    case 'waiting':
      return session.on.kind === 'pause' ? PAUSED : 'I am waiting for an answer; answer the question and I go on.';
    case 'preparing':
    case 'working':
      return session.pausedBy ? PAUSED : null;
    case 'reviewing':
      return 'The work is in its pull request; `/reeve retry` has something changed there.';
    case 'queued':
    case 'publishing':
    case 'retrying':
    case 'done':
    case 'failed':
    case 'stopped':
      return null;
  }
}

const PAUSED = 'The work is paused; `/reeve resume` goes on with it.';

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
      return session.on.kind === 'pause' ? PAUSED : 'I am waiting for an answer; answer the question and I go on.';
    case 'queued':
    case 'preparing':
    case 'working':
    case 'publishing':
      return 'I am already at it.';
  }
}

function whyNotPause(session: Session): string | null {
  switch (session.state) {
    case 'queued':
    case 'retrying':
      return null;
    case 'preparing':
    case 'working':
      return session.pausedBy ? 'I am pausing already.' : null;
    case 'waiting':
      if (session.on.kind === 'budget' && session.on.renewsAt !== null) return null; // else the next day would go on with it
      return session.on.kind === 'pause'
        ? 'The work is paused already; `/reeve resume` goes on with it.'
        : 'I am waiting for a person already, and no agent works meanwhile.';
    case 'publishing':
      return 'The agent has finished and its work is being published; there is nothing left to pause.';
    case 'reviewing':
      return 'No agent is at work: the pull request waits for its review.';
    case 'done':
    case 'failed':
    case 'stopped':
      return 'There is nothing to pause: the work on this issue has ended.';
  }
}

function whyNotResume(session: Session): string | null {
  if (isFinal(session)) return 'The work on this issue has ended; `/reeve retry` starts it again.';
  if (session.state === 'waiting') {
    return session.on.kind === 'pause' ? null : 'The work is not paused: it waits for an answer.';
  }
  const isPausing = (session.state === 'preparing' || session.state === 'working') && session.pausedBy !== undefined;
  return isPausing ? 'I am still pausing; ask again in half a minute.' : 'The work is not paused.';
}
