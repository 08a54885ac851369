import type { Budgets } from '../src/domain/budget/budget.ts';

const much = { costMicroUsd: 1e12, tokens: 1e12, agentMs: 1e15, runs: 1e9 };

/** More than any test uses. */
export const ample: Budgets = {
  run: { costMicroUsd: 1e6, tokens: 1e6, agentMs: 24 * 3_600_000 },
  limits: { session: much, 'repository-day': much, 'server-day': much },
  multipleMax: 1_000,
};
