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
  'too-much-memory': 'used too much memory',
  'too-many-processes': 'started too many processes',
  'disk-full': 'filled too much of the disk',
  'timed-out': 'ran out of time',
  silent: 'went silent',
  'over-budget': 'used up its budget',
  declined: 'would not do the work',
  'rate-limited': 'was told by its model to wait',
  'out-of-credit': 'had no credit left',
  'not-authenticated': 'was refused by its model',
  'context-full': 'had too long a conversation',
  'model-failed': 'lost its model',
  stopped: 'was stopped',
  'setup-failed': 'could not set up what the repository depends on',
  'not-started': 'could not be started',
  lost: 'was lost with its machine or process',
  'launch-failed': 'could not be prepared',
  withheld: 'was held back by a pause',
} satisfies Record<EndReason, string>;
