import { expect, test } from 'vitest';

import { reserve, type Budgets } from '../../domain/budget/budget.ts';
import { deliveryId, runIdOf, sessionIdOf, type SessionId } from '../../domain/ids.ts';
import type { DeliveryEnd, Store } from '../store.ts';
import type { Place } from './place.conformance.ts';
import { happen, open, openPull, repositoryId, steps } from './stories.conformance.ts';
import { claim, drain, refusal, wishes } from './wishes.conformance.ts';

const BEFORE = 10_000;
const DAY_MS = 86_400_000;
const much = { costMicroUsd: 900, tokens: 900, agentMs: 900, runs: 90 };
const ample: Budgets = {
  run: much,
  limits: { session: much, 'repository-day': much, 'server-day': much },
  multipleMax: 4,
};
const nothing = { deliveries: 0, effects: 0, facts: 0 };

/** What is removed, and what must not be. */
export function describeRetention({ store, reopen }: Place): void {
  const remove = (limit = 9): ReturnType<Store['retention']['remove']> =>
    store().retention.remove({ before: BEFORE, limit });
  const known = async (...names: readonly string[]): Promise<readonly string[]> => [
    ...(await store().deliveries.known(names.map(deliveryId))),
  ];
  const receive = async (name: string, end: DeliveryEnd | null, receivedAt = BEFORE - 1): Promise<void> => {
    const id = deliveryId(name);
    await store().deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt });
    await store().deliveries.claim({ now: BEFORE, liveSince: 0, limit: 9, backlogMin: 0 });
    if (end !== null) await store().deliveries.end(id, end, '');
  };
  /** A session that was settled at that instant, with everything of it sent and a question that is on its issue. */
  const settled = async (issue: number, at: number): Promise<SessionId> => {
    const { id } = await open(store(), issue);
    const { slot, launched, asked, stopped } = steps;
    await happen(store(), id, slot, launched(id), asked(id), { ...stopped, at }, { ...steps.settled, at });
    for (let claimed = await claim(store()); claimed.length > 0; claimed = await claim(store()))
      for (const { effect } of claimed)
        await store().outbox.done(effect.key, { remoteId: `of ${effect.kind}`, at: 1, shown: 'so' });
    return id;
  };

  test('settled deliveries go once they are old, with what was counted of them; others stay', async () => {
    await receive('old', 'processed');
    await receive('talk', 'uninteresting');
    await receive('young', 'processed', BEFORE);
    await receive('poison', 'set-aside');
    await receive('waiting', null);
    await receive('compare:label:1', 'processed');
    expect(await remove()).toEqual({ ...nothing, deliveries: 2 });
    await reopen();
    expect(await remove()).toEqual(nothing);
    const kept = ['young', 'poison', 'waiting', 'compare:label:1'];
    expect(await known('old', 'talk', ...kept)).toEqual(kept);
  });

  test('no more than asked for goes at once', async () => {
    for (const name of ['a', 'b', 'c']) await receive(name, 'processed');
    expect(await remove(2)).toMatchObject({ deliveries: 2 });
    expect(await remove(2)).toMatchObject({ deliveries: 1 });
  });

  test('effects go that are done or superseded; what waits, what was given up and what may come back stays', async () => {
    await store().outbox.add([wishes.card({ version: 1 }), wishes.card({ version: 2 }), wishes.labels()], 1);
    await drain(store(), { now: BEFORE - 1 });
    await store().outbox.add([wishes.card({ version: 3 }), wishes.question(), refusal('comment:1')], 1);
    await store().outbox.fail(wishes.question().key, { error: '422', at: 1 });
    await store().outbox.add([wishes.card({ issue: 8 }), wishes.react({ issue: 8 })], 1);
    await store().places.close({ kind: 'issue', repositoryId, issueNumber: 8 }, { why: 'issue-locked', at: 1 });
    expect(await remove()).toEqual({ ...nothing, effects: 4 });
    expect(await (await reopen()).outbox.count()).toMatchObject({
      ...{ done: 0, superseded: 0, pending: 2, failed: 1, revoked: 1 },
    });
    await store().places.open({ kind: 'issue', repositoryId, issueNumber: 8 });
    expect(await store().outbox.count()).toMatchObject({ pending: 3, revoked: 0 });
  });

  test('a publication that was given up goes: its session has told of it', async () => {
    await store().outbox.add([wishes.publish()], 1);
    await store().outbox.fail(wishes.publish().key, { error: '422', at: BEFORE - 1 });
    expect(await remove()).toEqual({ ...nothing, effects: 1 });
    expect(await store().outbox.failed(9)).toEqual([]);
  });

  test('with an answer goes its id on GitHub, and a card keeps it', async () => {
    for (const effect of [wishes.card(), refusal('comment:1')]) {
      await store().outbox.add([effect], 1);
      await claim(store());
      await store().outbox.done(effect.key, { remoteId: '7', at: 1 });
    }
    expect(await remove()).toMatchObject({ effects: 2 });
    expect(await store().outbox.remoteId(wishes.card().slot)).toBe('7');
    expect(await store().outbox.remoteId(refusal('comment:1').slot)).toBeNull();
  });

  test('what was added to a day is forgotten when that day is long over', async () => {
    const sessionId = sessionIdOf(repositoryId, 1, 1);
    const days = [4, 5, 6].map((day) => day * DAY_MS);
    for (const at of days) {
      for (const scope of ['repository-day', 'server-day'] as const) {
        const added = {
          spender: { sessionId, repositoryId, at },
          scope,
          measure: 'runs',
          amount: 3,
          sumMax: null,
        } as const;
        await store().budget.grant(`${scope} ${at}`, added);
      }
    }
    await store().retention.remove({ before: 5 * DAY_MS + 1, limit: 9 });
    const left: number[] = [];
    for (const [run, at] of days.entries()) {
      await store().budget.reserve({ runId: runIdOf(sessionId, run + 1), sessionId, repositoryId, at }, (facts) => {
        left.push(facts['repository-day'].granted.runs, facts['server-day'].granted.runs);
        return reserve(ample, facts);
      });
    }
    expect(left).toEqual([0, 0, 3, 3, 3, 3]);
  });

  test('a stop that was said long ago takes nothing back any more', async () => {
    await store().cursors.advance('stopped/5/7', BEFORE - 1);
    await store().cursors.advance('stopped/5/8', BEFORE);
    await remove();
    expect([await store().cursors.get('stopped/5/7'), await store().cursors.get('stopped/5/8')]).toEqual([
      null,
      BEFORE,
    ]);
  });

  test('facts are forgotten, and it is known from when on none is', async () => {
    expect(await remove()).toEqual(nothing);
    expect(await store().cursors.get('forgotten')).toBeNull();
    await store().facts.markHeard('comment:1', BEFORE - 1);
    await store().facts.markHeard('comment:2', BEFORE);
    expect(await remove()).toEqual({ ...nothing, facts: 1 });
    expect(await (await reopen()).facts.isHeard('comment:1')).toBe(false);
    expect(await store().facts.isHeard('comment:2')).toBe(true);
    expect(await store().cursors.get('forgotten')).toBe(BEFORE);
  });

  test('sessions that were settled long ago are due, with their runs, the oldest first', async () => {
    const young = await settled(1, BEFORE);
    const second = await settled(2, BEFORE - 1);
    const first = await settled(3, BEFORE - 2);
    await openPull(store(), 4, 40);
    const due = await store().retention.due({ before: BEFORE, limit: 9 });
    expect(due).toEqual([first, second].map((id) => ({ id, runs: [`${id}-r1`] })));
    expect(await store().retention.due({ before: BEFORE, limit: 1 })).toHaveLength(1);
    expect(await store().retention.retire(first, { at: 1 })).toBe(true);
    expect(await store().retention.retire(first, { at: 2 })).toBe(false);
    await reopen();
    expect((await store().retention.due({ before: BEFORE + 1, limit: 9 })).map(({ id }) => id)).toEqual([
      second,
      young,
    ]);
  });

  test('of a retired session the session stays, and its card; its history and its questions go', async () => {
    const id = await settled(1, BEFORE - 1);
    const other = await settled(2, BEFORE - 1);
    const [card, question] = [`card:${repositoryId}/1`, `question:${id}:1`];
    expect(await store().outbox.remoteId(question)).toBe('of question');
    expect(await store().outbox.shown(card)).toBe('so');
    await store().retention.retire(id, { at: 1 });
    expect(await (await reopen()).sessions.get(id)).toMatchObject({ state: 'stopped', isSettled: true });
    expect(await store().sessions.history(id)).toEqual([]);
    expect(await store().outbox.remoteId(question)).toBeNull();
    expect(await store().outbox.remoteId(card)).toBe('of card');
    expect(await store().outbox.shown(card)).toBeNull();
    expect(await store().sessions.history(other)).not.toEqual([]);
    expect(await store().outbox.remoteId(`question:${other}:1`)).toBe('of question');
    expect(await store().outbox.shown(`card:${repositoryId}/2`)).toBe('so');
  });

  test('of a retired session nothing is known any more that was judged of its runs, or that they used', async () => {
    const [id, other] = [await settled(1, BEFORE - 1), await settled(2, BEFORE - 1)];
    const facts: Parameters<Parameters<Store['budget']['reserve']>[1]>[0][] = [];
    const look = async (sessionId: SessionId, run: number): Promise<void> => {
      const spender = { runId: runIdOf(sessionId, run), sessionId, repositoryId, at: BEFORE };
      await store().budget.reserve(spender, (seen) => {
        facts.push(seen);
        return reserve(ample, seen);
      });
      const amount = { spender, scope: 'session', measure: 'runs', amount: 3, sumMax: null } as const;
      await store().budget.grant(`${sessionId} ${run}`, amount);
    };
    for (const one of [id, other]) {
      const runId = runIdOf(one, 1);
      await look(one, 1);
      await store().budget.settle(runId, { costMicroUsd: 1, tokens: 1, agentMs: 1, reckonedMicroUsd: 0 });
      const judgement = { runId, kind: 'lost', evidence: 'It is gone.', at: 1 } as const;
      await store().judgements.note(one, { suspicion: null, judgement });
    }
    await look(id, 2); // yet to be settled
    await store().retention.retire(id, { at: 1 });
    await reopen();
    expect(await store().judgements.ofSession(id, 9)).toEqual([]);
    expect(await store().judgements.ofSession(other, 9)).toHaveLength(1);
    expect((await store().budget.open(9)).map(({ runId }) => runId)).toEqual([runIdOf(id, 2)]);
    await look(id, 3);
    await look(other, 3);
    expect(facts.slice(-2).map(({ session }) => [session.used.runs, session.granted.runs])).toEqual([
      [1, 0],
      [1, 3],
    ]);
  });

  test('a session that is not settled is not retired', async () => {
    const { id } = await openPull(store(), 4, 40);
    expect(await store().retention.retire(id, { at: 1 })).toBe(false);
    expect(await store().sessions.history(id)).not.toEqual([]);
  });

  test('what was removed last is remembered, and nothing of before', async () => {
    expect(await store().retention.last()).toBeNull();
    const removal = { at: 1, deliveries: 1, effects: 2, facts: 3, sessions: 4, runs: 5 };
    await store().retention.note(removal);
    await store().retention.note({ ...removal, at: 2, facts: 0 });
    expect(await (await reopen()).retention.last()).toEqual({ ...removal, at: 2, facts: 0 });
  });
}
