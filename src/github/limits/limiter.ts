import type { Heard } from '../../domain/limits/heed.ts';
import { nothingSpent, type Limits, type LimitState, type Wanted } from '../../domain/limits/limits.ts';
import type { Clock } from '../../lib/clock.ts';
import { createAccount } from './account.ts';
import { createTurns, type Turns } from './turns.ts';

/** Where limits outlive this process; a part of the store. */
export type KeptLimits = {
  load(account: string): Promise<LimitState | null>;
  save(account: string, state: LimitState, at: number): Promise<void>;
};

/** What came of a request, and what GitHub said about limits. */
export type Outcome<Result> = { readonly result: Result; readonly heard: Heard };

/** Everything that goes to GitHub's API passes here. One account never waits for another. */
export type Limiter = {
  /**
   * Sends when the account may, those that people wait for first, and gives what `send` gave. It is counted in the store
   * before it is sent. Throws HeldBackError, and sends nothing, when that would take longer than a few seconds.
   * Accounts are those that GitHub counts for: `app`, `installation N`, `anonymous`.
   */
  run<Result>(account: string, wanted: Wanted, send: () => Promise<Outcome<Result>>): Promise<Result>;
};

/** Longer than a burst of a few writes takes; what waits longer is carried by whoever asked, and holds up no lane. */
export const WAIT_MS_MAX = 5_000;

export type LimiterOptions = {
  readonly kept: KeptLimits;
  readonly clock: Clock;
  readonly limits: Limits;
  /** How long a request may wait here. */
  readonly waitMsMax?: number;
};

/** The one limiter of this server. */
export function createLimiter({ kept, clock, limits, waitMsMax = WAIT_MS_MAX }: LimiterOptions): Limiter {
  const accounts = new Map<string, Promise<Turns>>();
  const load = async (name: string): Promise<Turns> => {
    const state = (await kept.load(name)) ?? nothingSpent;
    const save = (now: LimitState): Promise<void> => kept.save(name, now, clock());
    const account = createAccount({ name, state, save, clock, limits });
    return createTurns({ account, clock, writeSpacingMs: limits.writeSpacingMs, waitMsMax });
  };
  const turnsOf = (account: string): Promise<Turns> => {
    const known = accounts.get(account);
    if (known) return known;
    const loading = load(account);
    accounts.set(account, loading);
    loading.catch(() => accounts.delete(account)); // read again next time
    return loading;
  };
  return {
    async run(account, wanted, send) {
      const turn = await (await turnsOf(account)).take(wanted);
      const outcome = await send().catch(async (error: unknown) => {
        await turn.end(null);
        throw error;
      });
      await turn.end(outcome.heard);
      return outcome.result;
    },
  };
}
