import type { FailureReason, RunOutcome } from './session.ts';

export type EndVerdict =
  | { readonly kind: 'publish' }
  | { readonly kind: 'wait'; readonly question: { readonly text: string; readonly options: readonly string[] } }
  | { readonly kind: 'retry'; readonly why: 'lost' | 'not-started' }
  | { readonly kind: 'over-budget' }
  | { readonly kind: 'fail'; readonly why: FailureReason };

/**
 * What the end of a run means for its session. Only mishaps of the machine are tried again without asking; whatever the
 * agent did itself would most likely happen again, so a person decides.
 */
export function judgeEnd({ reason, question }: RunOutcome): EndVerdict {
  switch (reason) {
    case 'finished':
      return { kind: 'publish' };
    case 'asked':
      return question ? { kind: 'wait', question } : { kind: 'fail', why: 'bad-output' };
    case 'lost':
    case 'not-started':
      return { kind: 'retry', why: reason };
    case 'over-budget':
      return { kind: 'over-budget' };
    case 'stopped': // somebody ended it past us, for instance with the stop file
      return { kind: 'fail', why: 'crashed' };
    case 'crashed':
    case 'bad-output':
    case 'forged-marker':
    case 'output-flood':
    case 'timed-out':
    case 'silent':
      return { kind: 'fail', why: reason };
  }
}
