import type { StateName } from './session.ts';

/** How a session stands, for whoever only needs to know whether to go on, wait or look. */
export type Outcome = 'completed' | 'active' | 'input-needed' | 'failed';

/** An open pull request is active: its session is completed by the merge. A stopped session was not completed. */
export function outcomeOf(state: StateName): Outcome {
  switch (state) {
    case 'done':
      return 'completed';
    case 'failed':
    case 'stopped':
      return 'failed';
    case 'waiting':
      return 'input-needed';
    case 'queued':
    case 'preparing':
    case 'working':
    case 'publishing':
    case 'reviewing':
    case 'retrying':
      return 'active';
  }
}
