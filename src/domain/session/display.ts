import type { ClosureReason } from '../place.ts';
import { OBSERVED } from '../policy/observe.ts';
import type { Session, WaitingOn } from './session.ts';

/** The labels that show a session's state on its issue; the names are these with the prefix `reeve:`. */
export const stateLabels = ['ready', 'working', 'waiting', 'review', 'failed', 'done'] as const;
export type StateLabel = (typeof stateLabels)[number];

export const LABEL_PREFIX = 'reeve:';
/** Asks for work on an issue. */
export const READY_LABEL = 'reeve:ready';
/** Forbids work on an issue. */
export const NEVER_LABEL = 'reeve:never';

/** Followed by the name of the agent that is to do the work. */
export const AGENT_LABEL_PREFIX = 'reeve:agent/';

/** The agent that labels choose; null when none does. Of several the first counts. */
export function agentOfLabels(labels: readonly string[]): string | null {
  const label = labels.find((one) => one.startsWith(AGENT_LABEL_PREFIX));
  return label === undefined ? null : label.slice(AGENT_LABEL_PREFIX.length);
}

/** What people see of a session, in every place: derived from the stored state by this one function and never stored. */
export type Display = {
  /** Null: none of the state labels. */
  readonly label: StateLabel | null;
  /** Two or three words. */
  readonly headline: string;
  /** The check run on its newest commit. */
  readonly check: 'in_progress' | 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required';
};

export function displayOf(session: Session): Display {
  switch (session.state) {
    case 'queued':
      return {
        label: session.pull ? 'working' : 'ready',
        headline: queuedHeadline(session),
        check: 'in_progress',
      };
    case 'preparing':
      if (session.pausedBy) return PAUSING;
      return { label: 'working', headline: 'Preparing the workspace', check: 'in_progress' };
    case 'working':
      if (session.pausedBy) return PAUSING;
      return { label: 'working', headline: 'Working', check: 'in_progress' };
    case 'waiting':
      return { label: 'waiting', headline: waitingHeadlines[session.on.kind], check: 'action_required' };
    case 'publishing':
      return { label: 'working', headline: 'Publishing the work', check: 'in_progress' };
    case 'reviewing':
      return { label: 'review', headline: 'Ready for review', check: 'success' };
    case 'retrying':
      return { label: 'working', headline: 'Trying again soon', check: 'in_progress' };
    case 'done':
      return { label: 'done', headline: 'Merged', check: 'success' };
    case 'failed':
      return session.why === 'no-changes'
        ? { label: 'failed', headline: 'Nothing to change', check: 'neutral' }
        : { label: 'failed', headline: 'Failed', check: 'failure' };
    case 'stopped':
      return {
        label: null,
        headline: {
          person: 'Stopped',
          forbidden: 'Stopped: work is forbidden',
          'pull-closed': 'Closed without merging',
          'issue-closed': 'Stopped: the issue was closed',
          ...closureHeadlines,
        }[session.why],
        check: 'cancelled',
      };
  }
}

function queuedHeadline({ lacks, restsUntil }: Extract<Session, { state: 'queued' }>): string {
  if (lacks !== undefined) return lacks === OBSERVED ? 'Only observing' : 'Waiting for the machine';
  return restsUntil === undefined ? 'Waiting for a free slot' : 'Waiting for its agent';
}

const PAUSING: Display = { label: 'working', headline: 'Pausing', check: 'in_progress' };

const waitingHeadlines: Readonly<Record<WaitingOn['kind'], string>> = {
  question: 'Waiting for an answer',
  hold: 'Waiting for a person to look',
  pause: 'Paused',
  budget: 'Waiting for more budget',
};

const closureHeadlines: Readonly<Record<ClosureReason, string>> = {
  'app-suspended': 'Stopped: the App was suspended',
  'app-uninstalled': 'Stopped: the App was uninstalled',
  'repository-out-of-reach': 'Stopped: the repository was out of reach',
  'repository-transferred': 'Stopped: the repository has a new owner',
  'repository-deleted': 'Stopped: the repository was deleted',
  'repository-archived': 'Stopped: the repository was archived',
  'issue-transferred': 'Stopped: the issue was transferred',
  'issue-deleted': 'Stopped: the issue was deleted',
  'issue-locked': 'Stopped: the issue was locked',
};
