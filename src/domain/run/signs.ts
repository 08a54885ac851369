/** What may speak against a run, from the strongest to the weakest. */
export type Sign =
  'other-boot' | 'host-gone' | 'unclaimed' | 'unreadable' | 'silent' | 'overdue' | 'agent-gone' | 'probe-failed';

export const FINISHING_MS = 60_000; // killing what is left, a commit of a large tree and the end: seconds, unless the disk is slow

/**
 * When a sign is believed. `looks`: after three looks with the same evidence, or two over five minutes. `time`: over five
 * minutes alone. `never`: nothing may be ended because of it.
 */
type Rule = {
  readonly believed: 'looks' | 'time' | 'never';
  /** Many at once are a mass death, and more likely a mistake of ours or a sleep of the machine than so many deaths. */
  readonly isMassable: boolean;
  /** A beat that came since the last look proves that the host lives, wherever it is. */
  readonly isRefutedByBeat: boolean;
  /** So long it may be seen of a run that is well, and nobody is told of it. */
  readonly ordinaryMs: number;
  readonly means: string;
};

export const signRules: Readonly<Record<Sign, Rule>> = {
  'other-boot': {
    ...{ believed: 'looks', isMassable: false, isRefutedByBeat: true, ordinaryMs: 0 },
    means: 'Its run host was started before the machine was: no process outlives that.',
  },
  'host-gone': {
    ...{ believed: 'looks', isMassable: true, isRefutedByBeat: true, ordinaryMs: 0 },
    means: 'No process has the pid, the start time and the boot id of its run host, and no end was written.',
  },
  unclaimed: {
    ...{ believed: 'looks', isMassable: true, isRefutedByBeat: false, ordinaryMs: 0 },
    means: 'No run host claimed it within a minute of its launch.',
  },
  unreadable: {
    ...{ believed: 'looks', isMassable: true, isRefutedByBeat: false, ordinaryMs: 0 },
    means: 'Its directory holds no request, or nothing of it can be read.',
  },
  silent: {
    ...{ believed: 'looks', isMassable: true, isRefutedByBeat: true, ordinaryMs: 0 },
    means: 'Its run host lives, and its heartbeat is older than five minutes.',
  },
  overdue: {
    ...{ believed: 'looks', isMassable: true, isRefutedByBeat: false, ordinaryMs: 0 },
    means: 'Its run host lives, and let the time limit of the run pass by more than fifteen minutes.',
  },
  'agent-gone': {
    ...{ believed: 'time', isMassable: true, isRefutedByBeat: false, ordinaryMs: FINISHING_MS },
    means: 'Its run host lives, its agent has ended, and no end was written.',
  },
  'probe-failed': {
    ...{ believed: 'never', isMassable: false, isRefutedByBeat: false, ordinaryMs: 0 },
    means: 'Whether its run host lives could not be seen.',
  },
};
