import type { RestReason } from './move.ts';
import type { AskedByAgent, FailureReason, RunOutcome, RunRecord } from './session.ts';

/** Crashes in a row after which the agent runs once more by itself; the next one is a person's to judge. */
export const RESUMES_MAX = 1;

export type EndVerdict =
  | { readonly kind: 'publish' }
  | { readonly kind: 'wait'; readonly question: AskedByAgent }
  | { readonly kind: 'rest'; readonly why: RestReason }
  /** At once, in a new conversation or with another agent. */
  | { readonly kind: 'anew' }
  | { readonly kind: 'retry'; readonly why: 'lost' | 'not-started' | 'setup-failed' | 'crashed' }
  | { readonly kind: 'fail'; readonly why: FailureReason };

/**
 * What the end of a run means for its session. `earlier`: its runs before this one, oldest first. Mishaps of the machine
 * are tried again without asking, and so is a crash, once: the next run goes on in the same conversation and workspace.
 * Whatever else the agent did would most likely happen again, so a person decides.
 */
export function judgeEnd({ reason, question, restsUntil }: RunOutcome, earlier: readonly RunRecord[]): EndVerdict {
  switch (reason) {
    case 'finished':
      return { kind: 'publish' };
    case 'asked':
      return question ? { kind: 'wait', question } : { kind: 'fail', why: 'bad-output' };
    case 'lost': // what it had asked by then is asked, however it ended after that
      return question ? { kind: 'wait', question } : { kind: 'retry', why: 'lost' };
    case 'not-started':
    case 'setup-failed': // a registry may be away for a while; what is wrong in the repository fails again, and not for ever
      return { kind: 'retry', why: reason };
    case 'crashed':
      return crashesBefore(earlier) < RESUMES_MAX
        ? { kind: 'retry', why: 'crashed' }
        : { kind: 'fail', why: 'crashed' };
    case 'over-budget': // never asked of: over-budget.ts hears of it first
    case 'stopped': // somebody ended it past us, for instance with the stop file
      return { kind: 'fail', why: 'crashed' };
    case 'bad-output':
    case 'forged-marker':
    case 'output-flood':
    case 'too-much-memory':
    case 'too-many-processes':
    case 'disk-full':
    case 'timed-out':
    case 'silent':
    case 'declined':
      return { kind: 'fail', why: reason };
    case 'rate-limited':
    case 'model-failed':
      return { kind: 'rest', why: reason };
    case 'out-of-credit':
    case 'not-authenticated': // no time mends it; another agent may have a key that works
      return restsUntil === undefined ? { kind: 'fail', why: reason } : { kind: 'anew' };
    case 'context-full':
      return sinceWell(earlier).some(({ end }) => end?.reason === 'context-full')
        ? { kind: 'fail', why: reason }
        : { kind: 'anew' };
  }
}

/** Crashes since a run last ended as it should; mishaps of the machine in between change nothing. */
function crashesBefore(runs: readonly RunRecord[]): number {
  return sinceWell(runs).filter(({ end }) => end?.reason === 'crashed').length;
}

/** The runs since one last ended as it should. */
function sinceWell(runs: readonly RunRecord[]): readonly RunRecord[] {
  return runs.slice(runs.findLastIndex(({ end }) => end?.reason === 'finished' || end?.reason === 'asked') + 1);
}
