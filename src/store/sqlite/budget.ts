import { z } from 'zod';

import {
  dayOf,
  measures,
  type Amounts,
  type Measure,
  type Scope,
  type ScopeFacts,
} from '../../domain/budget/budget.ts';
import { runId, sessionId } from '../../domain/ids.ts';
import type { BudgetStore, Spender } from '../store.ts';
import { reservationFromJson } from '../stored-budget.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** What runs may use and have used, in the tables `budget_ledger` and `budget_grants`. */
export function createBudget(db: Guarded): BudgetStore {
  const { atomically } = db;
  const known = db.prepare('select reservation from budget_ledger where run_id = ?');
  const insert = db.prepare(
    `insert into budget_ledger (run_id, session_id, repository_id, day, cost_micro_usd, tokens, agent_ms, reservation)
     values (@runId, @sessionId, @repositoryId, @day, @costMicroUsd, @tokens, @agentMs, @reservation)`,
  );
  const settle = db.prepare(
    `update budget_ledger set cost_micro_usd = @costMicroUsd, tokens = @tokens, agent_ms = @agentMs,
       reckoned_micro_usd = @reckonedMicroUsd, is_settled = 1 where run_id = @runId and is_settled = 0`,
  );
  const release = db.prepare('delete from budget_ledger where run_id = ? and is_settled = 0');
  const open = db.prepare(
    'select run_id, session_id, reservation from budget_ledger where is_settled = 0 order by run_id limit ?',
  );
  const grant = db.prepare(
    `insert into budget_grants (cause, scope, measure, amount) select @cause, @scope, @measure, @amount
     where @sumMax is null or @amount + (
       select coalesce(sum(amount), 0) from budget_grants where scope = @scope and measure = @measure) <= @sumMax
     on conflict (cause) do nothing`,
  );
  const factsOf = createFacts(db);

  return {
    reserve: async (spender, decide) =>
      atomically(() => {
        const row = known.get(spender.runId);
        if (row !== undefined) {
          const { reservation } = parseStored(knownRow, row, 'a reservation');
          return { outcome: 'reserved', reservation: reservationFromJson(reservation) };
        }
        const verdict = decide(factsOf(spender));
        if (verdict.outcome === 'reserved') {
          const { bounds: _, ...amounts } = verdict.reservation;
          const { at, ...whose } = spender;
          const reservation = JSON.stringify(verdict.reservation);
          insert.run({ ...whose, ...amounts, day: dayOf(at), reservation });
        }
        return verdict;
      }),
    settle: async (id, settlement) => void atomically(() => settle.run({ runId: id, ...settlement })),
    release: async (id) => void atomically(() => release.run(id)),
    open: async (limit) =>
      open.all(limit).map((row) => {
        const { run_id, session_id, reservation } = parseStored(openRow, row, 'a reservation');
        return {
          runId: runId(run_id),
          sessionId: sessionId(session_id),
          reservation: reservationFromJson(reservation),
        };
      }),
    grant: async (cause, { spender, scope, measure, amount, sumMax }) =>
      void atomically(() => grant.run({ cause, scope: keyOf(scope, spender), measure, amount, sumMax })),
  };
}

/**
 * Forgets what the runs of a session used, and what was added for it alone: for one that never runs again, once the days that
 * its runs count for are over. To be called inside a transaction.
 */
export function createForgetBudget(db: Guarded): (sessionId: string) => void {
  const forgetUsed = db.prepare('delete from budget_ledger where session_id = ? and is_settled = 1');
  const forgetAdded = db.prepare('delete from budget_grants where scope = ?');
  return (id) => {
    forgetUsed.run(id);
    forgetAdded.run(keyOfSession(id));
  };
}

/** Forgets what was added to days that are over; `day` is the first that may not be. To be called inside a transaction. */
export function createForgetDays(db: Guarded): (options: { readonly day: number; readonly limit: number }) => number {
  const forget = db.prepare(
    `delete from budget_grants where cause in (
       select cause from budget_grants where scope like '% day %'
         and cast(substr(scope, instr(scope, ' day ') + 5) as integer) < @day limit @limit
     )`,
  );
  return (options) => forget.run(options).changes;
}

type Facts = Readonly<Record<Scope, ScopeFacts>>;

function createFacts(db: Guarded): (spender: Spender) => Facts {
  const sums = `coalesce(sum(cost_micro_usd), 0) as costMicroUsd, coalesce(sum(tokens), 0) as tokens,
    coalesce(sum(agent_ms), 0) as agentMs, count(*) as runs, coalesce(sum(reckoned_micro_usd), 0) as reckonedMicroUsd`;
  const used = {
    session: db.prepare(`select ${sums} from budget_ledger where session_id = @sessionId`),
    'repository-day': db.prepare(
      `select ${sums} from budget_ledger where day = @day and repository_id = @repositoryId`,
    ),
    'server-day': db.prepare(`select ${sums} from budget_ledger where day = @day`),
  } as const satisfies Record<Scope, unknown>;
  const granted = db.prepare(
    'select measure, sum(amount) as amount from budget_grants where scope = ? group by measure',
  );
  const parameters = {
    session: ({ sessionId: id }: Spender) => ({ sessionId: id }),
    'repository-day': ({ at, repositoryId }: Spender) => ({ day: dayOf(at), repositoryId }),
    'server-day': ({ at }: Spender) => ({ day: dayOf(at) }),
  };
  const factsOf = (scope: Scope, spender: Spender): ScopeFacts => {
    const row = used[scope].get(parameters[scope](spender));
    const { reckonedMicroUsd, ...sum } = parseStored(sumRow, row, 'what was spent');
    const added = granted.all(keyOf(scope, spender)).map((one) => parseStored(grantRow, one, 'what was added'));
    const amountOf = (measure: Measure): number => added.find((one) => one.measure === measure)?.amount ?? 0;
    const all: Amounts = {
      ...{ costMicroUsd: amountOf('costMicroUsd'), tokens: amountOf('tokens') },
      ...{ agentMs: amountOf('agentMs'), runs: amountOf('runs') },
    };
    return { granted: all, used: sum, reckonedMicroUsd };
  };
  return (spender) => ({
    session: factsOf('session', spender),
    'repository-day': factsOf('repository-day', spender),
    'server-day': factsOf('server-day', spender),
  });
}

/** What grants are found by: a session, or a day. */
function keyOf(scope: Scope, { sessionId: id, repositoryId, at }: Omit<Spender, 'runId'>): string {
  switch (scope) {
    case 'session':
      return keyOfSession(id);
    case 'repository-day':
      return `repository ${repositoryId} day ${dayOf(at)}`; // `createForgetDays` reads the day of both
    case 'server-day':
      return `server day ${dayOf(at)}`;
  }
}

function keyOfSession(id: string): string {
  return `session ${id}`;
}

const knownRow = z.strictObject({ reservation: z.string() });
const openRow = z.strictObject({ run_id: z.string(), session_id: z.string(), reservation: z.string() });
const sumRow = z.strictObject({
  ...{ costMicroUsd: z.number(), tokens: z.number(), agentMs: z.number(), runs: z.number() },
  reckonedMicroUsd: z.number(),
});
const grantRow = z.strictObject({ measure: z.enum(measures), amount: z.number() });
