import { admit } from '../../domain/limits/admit.ts';
import { heardNothing, heed, type Heard } from '../../domain/limits/heed.ts';
import type { Limits, LimitState, Wanted } from '../../domain/limits/limits.ts';
import type { Clock } from '../../lib/clock.ts';

/** The right to send one request now. `end` must be called, with what the answer said, or null when there was none. */
export type Turn = { readonly end: (heard: Heard | null) => Promise<void> };

/** What one account has used and has under way. */
export type Account = {
  readonly name: string;
  /** Counts the request when it may be sent now. It may go out once `save` has resolved. */
  readonly admit: (wanted: Wanted) => 'admitted' | { readonly waitUntil: number };
  /** Resolves once everything that is known now is stored. */
  readonly save: () => Promise<void>;
  /** An admitted request is sent. `onEnd` is called when its answer has made room. */
  readonly begin: (onEnd: () => void) => Turn;
  /** So many that were admitted will not be sent. */
  readonly giveBack: (count: number) => void;
};

type Options = {
  readonly name: string;
  readonly state: LimitState;
  readonly save: (state: LimitState) => Promise<void>;
  readonly clock: Clock;
  readonly limits: Limits;
};

/** Counts in memory; the pure rules are in domain/limits. */
export function createAccount({ name, clock, limits, ...options }: Options): Account {
  let { state } = options;
  let saving: Promise<void> = Promise.resolve();
  let inFlight = 0;
  let begun = 0;
  const save = (): Promise<void> => {
    saving = saving.catch(() => {}).then(() => options.save(state)); // whoever began a failed one has heard of it
    return saving;
  };
  return {
    name,
    save,
    admit(wanted) {
      const answer = admit(state, wanted, { now: clock(), inFlight, limits });
      if (!('state' in answer)) return answer;
      ({ state } = answer);
      inFlight += 1;
      return 'admitted';
    },
    begin(onEnd) {
      begun += 1;
      const [ordinal, startedAlone] = [begun, inFlight === 1];
      return {
        async end(heard) {
          inFlight -= 1;
          const isAlone = startedAlone && begun === ordinal && inFlight === 0;
          const before = state;
          state = heed(state, heard ?? heardNothing, { now: clock(), isAlone });
          onEnd();
          // An answer stays an answer when the store cannot be written: what is known now goes with the next save.
          if (isTighter(before, state)) await save().catch(() => {});
        },
      };
    },
    giveBack(count) {
      inFlight -= count;
    },
  };
}

/** Whether a restart that forgot it would send what GitHub has asked us not to send. */
function isTighter(before: LimitState, after: LimitState): boolean {
  if (after.blockedUntil > before.blockedUntil) return true;
  return Object.entries(after.primary).some(
    ([resource, { remaining }]) => remaining < (before.primary[resource]?.remaining ?? remaining + 1),
  );
}
