import type { Session, WaitingOn } from '../domain/session/session.ts';
import { OBSERVED } from '../domain/policy/observe.ts';
import { instant } from './duration.ts';

/** What the next step of a session depends on; null when it has ended. */
export function waitsForText(session: Session): string | null {
  switch (session.state) {
    case 'queued':
      if (session.lacks !== undefined) return heldText(session.lacks);
      return session.restsUntil === undefined
        ? 'a free slot'
        : `its agent, which rests until ${instant(session.restsUntil)}`;
    case 'preparing':
      return session.pausedBy ? 'its run to be held back' : 'its workspace';
    case 'working':
      return session.pausedBy ? 'its agent to end' : 'its agent';
    case 'waiting':
      return waitingText(session.on);
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

/** `This machine is short of …` as what is waited for, or another mode. */
function heldText(lacks: string): string {
  if (lacks === OBSERVED) return 'another mode in the configuration of its repository';
  return `this machine: ${lacks.replace(/^This machine is /, '').replace(/\.$/, '')}`;
}

function waitingText(on: WaitingOn): string {
  switch (on.kind) {
    case 'question':
      return `an answer to question ${on.number}`;
    case 'hold':
      return 'a person to look at its changes';
    case 'budget':
      return 'more budget';
    case 'pause':
      return 'a person to resume it';
  }
}
