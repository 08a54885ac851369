import type { RunRecord } from '../domain/session/session.ts';

type EndReason = NonNullable<RunRecord['end']>['reason'];

/** How a run ended, as a verb phrase about it. */
export const runEndText = {
  finished: 'finished',
  asked: 'asked a question',
  crashed: 'ended with an error',
  'bad-output': 'gave output that could not be read',
  'forged-marker': 'imitated one of our hidden markers',
  'output-flood': 'wrote too much output',
  'timed-out': 'ran out of time',
  silent: 'went silent',
  'over-budget': 'used up its budget',
  stopped: 'was stopped',
  'not-started': 'could not be started',
  lost: 'was lost with its machine or process',
  'launch-failed': 'could not be prepared',
  withheld: 'was held back by a pause',
} satisfies Record<EndReason, string>;
