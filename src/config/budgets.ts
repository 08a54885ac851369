import type { Budgets } from '../domain/budget/budget.ts';
import type { Values } from './variables.ts';

const MINUTE_MS = 60_000;

/** The budgets as the variables have them. */
export function budgetsOf(values: Values): Budgets {
  return {
    multipleMax: values.REEVE_BUDGET_MULTIPLE_MAX,
    run: {
      costMicroUsd: values.REEVE_BUDGET_RUN_USD,
      tokens: values.REEVE_BUDGET_RUN_TOKENS,
      agentMs: values.REEVE_RUN_MINUTES * MINUTE_MS,
    },
    limits: {
      session: {
        costMicroUsd: values.REEVE_BUDGET_SESSION_USD,
        tokens: values.REEVE_BUDGET_SESSION_TOKENS,
        agentMs: values.REEVE_BUDGET_SESSION_MINUTES * MINUTE_MS,
        runs: values.REEVE_BUDGET_SESSION_RUNS,
      },
      'repository-day': {
        costMicroUsd: values.REEVE_BUDGET_REPOSITORY_DAY_USD,
        tokens: values.REEVE_BUDGET_REPOSITORY_DAY_TOKENS,
        agentMs: values.REEVE_BUDGET_REPOSITORY_DAY_MINUTES * MINUTE_MS,
        runs: values.REEVE_BUDGET_REPOSITORY_DAY_RUNS,
      },
      'server-day': {
        costMicroUsd: values.REEVE_BUDGET_SERVER_DAY_USD,
        tokens: values.REEVE_BUDGET_SERVER_DAY_TOKENS,
        agentMs: values.REEVE_BUDGET_SERVER_DAY_MINUTES * MINUTE_MS,
        runs: values.REEVE_BUDGET_SERVER_DAY_RUNS,
      },
    },
  };
}
