import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  crossingOf,
  dayOf,
  measures,
  renewsAt,
  reserve,
  scopes,
  settle,
  type Amounts,
  type Budgets,
  type Crossing,
  type Reservation,
  type Reserved,
  type Scope,
  type ScopeFacts,
} from './budget.ts';
import { mayAdd } from './who-adds.ts';
import { OPERATOR } from '../people.ts';

const nothing: Amounts = { costMicroUsd: 0, tokens: 0, agentMs: 0, runs: 0 };
const amounts = fc.record<Amounts>({
  costMicroUsd: fc.integer({ min: 1, max: 1_000 }),
  tokens: fc.integer({ min: 1, max: 1_000 }),
  agentMs: fc.integer({ min: 1, max: 1_000 }),
  runs: fc.integer({ min: 1, max: 20 }),
});
const budgets = fc.record<Budgets>({
  run: amounts,
  limits: fc.record({ session: amounts, 'repository-day': amounts, 'server-day': amounts }),
  multipleMax: fc.constant(4),
});

const fresh = (used: Amounts = nothing): ScopeFacts => ({ granted: nothing, used, reckonedMicroUsd: 0 });
const all = (facts: ScopeFacts): Record<Scope, ScopeFacts> => ({
  ...{ session: facts, 'repository-day': facts, 'server-day': facts },
});

test('whatever is reserved run by run, no limit is ever crossed, and it ends only when one leaves too little', () => {
  fc.assert(
    fc.property(budgets, (given) => {
      let used = nothing;
      let verdict = reserve(given, all(fresh(used)));
      for (let launched = 0; launched < RUNS_MAX && verdict.outcome === 'reserved'; launched += 1) {
        used = after(used, verdict.reservation);
        for (const scope of scopes) {
          for (const measure of measures) expect(used[measure]).toBeLessThanOrEqual(given.limits[scope][measure]);
        }
        verdict = reserve(given, all(fresh(used)));
      }
      const { scope, measure, limit } = crossingIn(verdict);
      expect(limit).toBe(given.limits[scope][measure]);
      const least = measure === 'runs' ? 1 : Math.ceil(given.run[measure] / 10);
      expect(limit - used[measure]).toBeLessThan(least);
    }),
  );
});

const RUNS_MAX = 200; // more than any of these budgets has room for

function after(used: Amounts, { costMicroUsd, tokens, agentMs }: Reservation): Amounts {
  expect(Math.min(costMicroUsd, tokens, agentMs)).toBeGreaterThan(0);
  return {
    costMicroUsd: used.costMicroUsd + costMicroUsd,
    tokens: used.tokens + tokens,
    agentMs: used.agentMs + agentMs,
    runs: used.runs + 1,
  };
}

function crossingIn(verdict: Reserved): Crossing & { readonly scope: Scope } {
  if (verdict.outcome === 'reserved') throw new Error('The budget never ended.');
  const { scope } = verdict.crossing;
  if (scope === 'run') throw new Error('A run crosses no limit before it is launched.');
  return { ...verdict.crossing, scope };
}

const usual: Budgets = {
  multipleMax: 2,
  run: { costMicroUsd: 5_000_000, tokens: 1_000, agentMs: 60_000 },
  limits: {
    session: { costMicroUsd: 8_000_000, tokens: 9_000, agentMs: 600_000, runs: 9 },
    'repository-day': { costMicroUsd: 20_000_000, tokens: 9_000, agentMs: 600_000, runs: 9 },
    'server-day': { costMicroUsd: 20_000_000, tokens: 9_000, agentMs: 600_000, runs: 9 },
  },
};

test('a run gets what is left where that is less than a run may use, and is told which limit it was', () => {
  const facts = { ...all(fresh()), session: fresh({ ...nothing, costMicroUsd: 5_000_000 }) };
  expect(reserve(usual, facts)).toEqual({
    outcome: 'reserved',
    reservation: {
      ...{ costMicroUsd: 3_000_000, tokens: 1_000, agentMs: 60_000 },
      bounds: { costMicroUsd: 'session', tokens: 'run', agentMs: 'run' },
    },
  });
});

test('what people added counts, and a crossing tells what was spent of what', () => {
  const used = { ...nothing, costMicroUsd: 7_900_000 };
  const session = { granted: nothing, used, reckonedMicroUsd: 5_000_000 };
  const crossing = {
    ...{ scope: 'session', measure: 'costMicroUsd', used: 7_900_000, limit: 8_000_000, step: 8_000_000 },
    reckonedMicroUsd: 5_000_000,
  };
  expect(reserve(usual, { ...all(fresh()), session })).toEqual({ outcome: 'crossed', crossing });
  const granted = { ...nothing, costMicroUsd: 8_000_000 };
  expect(reserve(usual, { ...all(fresh()), session: { ...session, granted } })).toMatchObject({ outcome: 'reserved' });
});

test.each<[Scope, number, boolean]>([
  ['session', 0, false],
  ['session', 1, true],
  ['repository-day', 0, false],
  ['repository-day', 1, true],
  ['server-day', 0, true],
])(
  'what people may add to: %s, raised %i times before, is for operators alone: %s',
  (scope, raised, isForOperators) => {
    const granted = { ...nothing, runs: raised * 9 };
    const facts = { ...fresh({ ...nothing, runs: 9 + granted.runs }), granted };
    const { crossing } = { crossing: crossingIn(reserve(usual, { ...all(fresh()), [scope]: facts })) };
    expect(crossing).toMatchObject({ scope, measure: 'runs', limit: 9 + granted.runs });
    expect(crossing.isForOperators ?? false).toBe(isForOperators);
    expect([mayAdd(crossing, { id: 11, login: 'mona' }), mayAdd(crossing, OPERATOR)]).toEqual([!isForOperators, true]);
  },
);

const reserved = {
  ...{ costMicroUsd: 5_000_000, tokens: 1_000, agentMs: 60_000 },
  bounds: { costMicroUsd: 'session', tokens: 'run', agentMs: 'run' },
} as const;

test.each([
  [
    { agentMs: 5, costMicroUsd: 9, tokens: 7 },
    { costMicroUsd: 9, tokens: 7, agentMs: 5, reckonedMicroUsd: 0 },
  ],
  [
    { agentMs: 5, costMicroUsd: null, tokens: 7 },
    { costMicroUsd: 5_000_000, tokens: 7, agentMs: 5, reckonedMicroUsd: 5_000_000 },
  ],
  [
    { agentMs: 5, costMicroUsd: 2_500_000, tokens: null },
    { costMicroUsd: 2_500_000, tokens: 500, agentMs: 5, reckonedMicroUsd: 0 },
  ],
  [null, { costMicroUsd: 5_000_000, tokens: 1_000, agentMs: 60_000, reckonedMicroUsd: 5_000_000 }],
])('a run that spent %j counts with %j', (spend, settled) => {
  expect(settle(reserved, spend)).toEqual(settled);
});

test('a run that its host ended crossed the limit that it had reported to reach', () => {
  expect(crossingOf(reserved, { agentMs: 5, costMicroUsd: 5_100_000, tokens: 3 })).toMatchObject({
    ...{ scope: 'session', measure: 'costMicroUsd', used: 5_100_000, limit: 5_000_000 },
  });
  expect(crossingOf(reserved, { agentMs: 5, costMicroUsd: 9, tokens: 1_001 })).toMatchObject({
    ...{ scope: 'run', measure: 'tokens', used: 1_001, limit: 1_000 },
  });
});

test('days are days in UTC, and only what is counted by the day is new again', () => {
  const at = Date.UTC(2026, 10, 20, 23, 59);
  expect(renewsAt('server-day', at)).toBe(Date.UTC(2026, 10, 21));
  expect(renewsAt('session', at)).toBeNull();
  expect(dayOf(Date.UTC(1970, 0, 2))).toBe(1);
});
