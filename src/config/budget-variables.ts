import type { z } from 'zod';

import { dollars, wholeNumber } from './parsers.ts';

const WHOLE_MAX = 999_999_999;
const tokens = wholeNumber({ min: 1, max: WHOLE_MAX });
const minutes = wholeNumber({ min: 1, max: 10_000_000 });
const runs = wholeNumber({ min: 1, max: 1_000_000 });

const run = 'one run';
const session = 'one piece of work, with all of its runs,';
const repositoryDay = 'one repository in one day (UTC)';
const serverDay = 'all repositories together in one day (UTC)';
const unreported = 'A run whose agent reports no cost counts with all that was reserved for it.';

function limit<Schema extends z.ZodType<unknown, string | undefined>>(about: string, preset: string, schema: Schema) {
  return { about, required: null, preset, schema };
}

const usd = (who: string, preset: string, more = '') =>
  limit(`How many US dollars ${who} may cost.${more}`, preset, dollars);
const tokensOf = (who: string, preset: string) => limit(`How many tokens ${who} may use.`, preset, tokens);
const minutesOf = (who: string, preset: string) =>
  limit(`How many minutes agents may work for ${who.replace(/,$/, '')}.`, preset, minutes);
const runsOf = (who: string, preset: string) => limit(`How many runs ${who} may take.`, preset, runs);

/** The budgets. A run's own time is REEVE_RUN_MINUTES. */
export const budgetVariables = {
  REEVE_BUDGET_RUN_USD: usd(run, '5', ` ${unreported}`),
  REEVE_BUDGET_RUN_TOKENS: tokensOf(run, '10000000'),
  REEVE_BUDGET_SESSION_USD: usd(session, '50'),
  REEVE_BUDGET_SESSION_TOKENS: tokensOf(session, '100000000'),
  REEVE_BUDGET_SESSION_MINUTES: minutesOf(session, '240'),
  REEVE_BUDGET_SESSION_RUNS: runsOf(session, '20'),
  REEVE_BUDGET_REPOSITORY_DAY_USD: usd(repositoryDay, '250'),
  REEVE_BUDGET_REPOSITORY_DAY_TOKENS: tokensOf(repositoryDay, '500000000'),
  REEVE_BUDGET_REPOSITORY_DAY_MINUTES: minutesOf(repositoryDay, '2880'),
  REEVE_BUDGET_REPOSITORY_DAY_RUNS: runsOf(repositoryDay, '200'),
  REEVE_BUDGET_SERVER_DAY_USD: usd(serverDay, '500'),
  REEVE_BUDGET_SERVER_DAY_TOKENS: tokensOf(serverDay, '900000000'),
  REEVE_BUDGET_SERVER_DAY_MINUTES: minutesOf(serverDay, '14400'),
  REEVE_BUDGET_SERVER_DAY_RUNS: runsOf(serverDay, '1000'),
  REEVE_BUDGET_MULTIPLE_MAX: limit(
    'To how many times its size people on GitHub may raise the budget of one piece of work, and that of one repository in one day. From there on, and for all repositories together, only an operator adds more, with reeve answer.',
    '4',
    wholeNumber({ min: 1, max: 1_000 }),
  ),
} as const;
