import type { LimitState } from '../src/domain/limits/limits.ts';
import type { KeptLimits } from '../src/github/limits/limiter.ts';

/** Limits that end with the test. */
export function keptInMemory(): KeptLimits {
  const states = new Map<string, LimitState>();
  return {
    load: async (account) => states.get(account) ?? null,
    save: async (account, state) => void states.set(account, state),
  };
}
