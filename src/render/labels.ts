import { LABEL_PREFIX, type StateLabel } from '../domain/session/display.ts';

const looks: Readonly<Record<StateLabel, { readonly color: string; readonly description: string }>> = {
  ready: { color: '0e8a16', description: 'Asks Reeve to work on this issue' },
  working: { color: '1d76db', description: 'Reeve is at work' },
  waiting: { color: 'fbca04', description: 'Reeve waits for a person' },
  review: { color: '5319e7', description: 'The pull request waits for review' },
  failed: { color: 'd73a4a', description: 'The work failed; the card says why' },
  done: { color: 'c2e0c6', description: 'The work is merged' },
};

/** How a state label looks where it does not exist yet. GitHub takes descriptions of up to 100 characters. */
export function labelLook(label: StateLabel): {
  readonly name: string;
  readonly color: string;
  readonly description: string;
} {
  return { name: `${LABEL_PREFIX}${label}`, ...looks[label] };
}
