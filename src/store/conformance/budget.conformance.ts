import { expect, test } from 'vitest';

import { reserve, settle, type Budgets, type Reserved } from '../../domain/budget/budget.ts';
import { runIdOf, sessionIdOf } from '../../domain/ids.ts';
import type { Spender, Store } from '../store.ts';
import type { Place } from './place.conformance.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;
const many = { costMicroUsd: 900, tokens: 900, agentMs: 900, runs: 90 };
const budgets: Budgets = {
  run: { costMicroUsd: 100, tokens: 10, agentMs: 1 },
  limits: {
    session: { ...many, costMicroUsd: 200 },
    'repository-day': { ...many, costMicroUsd: 250 },
    'server-day': many,
  },
  multipleMax: 4,
};

/** The run with this number of the session with this ordinal. */
function spender(ordinal: number, run: number, { repositoryId = 5_000_000_001, at = NOON } = {}): Spender {
  const sessionId = sessionIdOf(repositoryId, 7, ordinal);
  return { runId: runIdOf(sessionId, run), sessionId, repositoryId, at };
}

const ask = (store: Store, whose: Spender): Promise<Reserved> =>
  store.budget.reserve(whose, (facts) => reserve(budgets, facts));
const costOf = (verdict: Reserved): number | string =>
  verdict.outcome === 'reserved' ? verdict.reservation.costMicroUsd : verdict.crossing.scope;

/** What runs may use and have used. */
export function describeBudget({ store, reopen }: Place): void {
  test('what is reserved is gone for all others, and of two who ask at once for the last of it one gets it', async () => {
    const asked = [spender(1, 1), spender(2, 1), spender(3, 1), spender(4, 1)].map((one) => ask(store(), one));
    expect((await Promise.all(asked)).map(costOf)).toEqual([100, 100, 50, 'repository-day']);
  });

  test('the same run asked again gets the same, also after the store was opened again', async () => {
    const first = await ask(store(), spender(1, 1));
    expect(await ask(await reopen(), spender(1, 1))).toEqual(first);
    expect(costOf(await ask(store(), spender(1, 2)))).toBe(100);
    expect(costOf(await ask(store(), spender(1, 3)))).toBe('session');
  });

  test('a settled run counts with what it used, once, and a released one with nothing', async () => {
    const used = { costMicroUsd: 30, tokens: 1, agentMs: 1, reckonedMicroUsd: 0 };
    const [first, second] = [spender(1, 1), spender(1, 2)];
    await ask(store(), first);
    await ask(store(), second);
    expect((await store().budget.open(9)).map(({ runId }) => runId)).toEqual([first.runId, second.runId]);
    expect(await store().budget.open(1)).toMatchObject([{ sessionId: first.sessionId, reservation: { tokens: 10 } }]);
    await store().budget.settle(first.runId, used);
    await store().budget.settle(first.runId, { ...used, costMicroUsd: 90 });
    await store().budget.release(first.runId);
    await store().budget.release(second.runId);
    expect(await store().budget.open(9)).toEqual([]);
    const verdicts = [await ask(store(), spender(1, 3)), await ask(store(), spender(1, 4))];
    expect(verdicts.map(costOf)).toEqual([100, 70]);
  });

  test('what is reckoned is told, and what people added counts once, where they added it', async () => {
    const [first, second] = [spender(1, 1), spender(1, 2)];
    for (const one of [first, second]) {
      const verdict = await ask(store(), one);
      if (verdict.outcome === 'reserved') await store().budget.settle(one.runId, settle(verdict.reservation, null));
    }
    expect(await ask(store(), spender(1, 3))).toMatchObject({
      crossing: { scope: 'session', measure: 'costMicroUsd', used: 200, limit: 200, step: 200, reckonedMicroUsd: 200 },
    });
    for (const cause of ['q1', 'q1']) {
      const added = { spender: first, scope: 'session', measure: 'costMicroUsd', amount: 30, sumMax: null } as const;
      await store().budget.grant(cause, added);
    }
    expect(costOf(await ask(store(), spender(1, 3)))).toBe(30);
    expect(costOf(await ask(store(), spender(1, 4)))).toBe('session');
  });

  test('what is added together stays within its bound, and what has none is added to that', async () => {
    for (const run of [1, 2]) await ask(store(), spender(1, run));
    const add = async (cause: string, sumMax: number | null): Promise<number | string> => {
      const added = { spender: spender(1, 1), scope: 'session', measure: 'costMicroUsd', amount: 30, sumMax } as const;
      await store().budget.grant(cause, added);
      return store()
        .budget.reserve(spender(1, 3), ({ session }) => {
          const crossing = { scope: 'session', measure: 'costMicroUsd', used: session.granted.costMicroUsd } as const;
          return { outcome: 'crossed', crossing: { ...crossing, limit: 0, step: 0, reckonedMicroUsd: 0 } };
        })
        .then((verdict) => (verdict.outcome === 'crossed' ? verdict.crossing.used : 'reserved'));
    };
    expect([await add('q1', 60), await add('q2', 60), await add('q3', 60)]).toEqual([30, 60, 60]);
    expect([await add('q4', null), await add('q5', 60)]).toEqual([90, 90]);
  });

  test('days and repositories have budgets of their own', async () => {
    for (const one of [spender(1, 1), spender(2, 1), spender(3, 1)]) await ask(store(), one);
    expect(costOf(await ask(store(), spender(4, 1)))).toBe('repository-day');
    expect(costOf(await ask(store(), spender(4, 1, { repositoryId: 6 })))).toBe(100);
    expect(costOf(await ask(store(), spender(4, 1, { at: NOON + DAY_MS })))).toBe(100);
  });
}
