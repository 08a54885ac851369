import { expect, test } from 'vitest';

import { runIdOf, type SessionId } from '../../domain/ids.ts';
import type { Suspicion } from '../../domain/run/suspicion.ts';
import type { Judgement, Store } from '../store.ts';
import type { Place } from './place.conformance.ts';
import { happen, open, steps } from './stories.conformance.ts';

const KEPT = 100;

const suspicionOf = (sessionId: SessionId): Suspicion => ({
  ...{ runId: runIdOf(sessionId, 1), sessionId, sign: 'host-gone', fingerprint: 'host 42 dead' },
  ...{ evidence: 'It is gone: "🦉".', looks: 2, since: 1_000, lookedAt: 3_000, heartbeatAt: 900 },
  ...{ isBelieved: false, heldAt: null },
});
const judgementOf = (id: SessionId, kind: Judgement['kind'], at = 3_000): Judgement => ({
  ...{ runId: runIdOf(id, 1), kind, evidence: `because ${at}`, at },
});

async function atWork(store: Store, issue: number): Promise<SessionId> {
  const { id } = await open(store, issue);
  await happen(store, id, steps.slot, steps.launched(id));
  return id;
}

/** What looks at runs have come to. */
export function describeJudgements({ store, reopen }: Place): void {
  test('what a look came to is remembered, also after the store was opened again, and forgotten when it is said', async () => {
    const id = await atWork(store(), 1);
    expect(await store().judgements.suspicion(id)).toBeNull();
    const suspicion = suspicionOf(id);
    const noted = await store().judgements.note(id, { suspicion, judgement: judgementOf(id, 'suspected') });
    expect(noted).toEqual([suspicion]);
    const { judgements } = await reopen();
    expect(await judgements.suspicion(id)).toEqual(suspicion);
    expect(await judgements.ofSession(id, 9)).toEqual([judgementOf(id, 'suspected')]);
    const later = { ...suspicion, looks: 3, isBelieved: true };
    expect(await judgements.note(id, { suspicion: later, judgement: null })).toEqual([later]);
    expect(await judgements.note(id, { suspicion: null, judgement: null })).toEqual([]);
    expect(await judgements.suspicion(id)).toBeNull();
  });

  test('suspicions are those of sessions at work', async () => {
    const [one, other] = [await atWork(store(), 1), await atWork(store(), 2)];
    for (const id of [one, other]) {
      await store().judgements.note(id, { suspicion: suspicionOf(id), judgement: null });
    }
    expect(await store().judgements.suspicions()).toHaveLength(2);
    await happen(store(), one, steps.timedOut(one));
    expect(await store().judgements.suspicions()).toEqual([suspicionOf(other)]);
  });

  test('that a run is lost is noted once; what comes and goes is noted each time, and the newest is kept', async () => {
    const id = await atWork(store(), 1);
    const note = (judgement: Judgement) => store().judgements.note(id, { suspicion: null, judgement });
    for (let at = 0; at < KEPT; at += 1) await note(judgementOf(id, 'suspected', at));
    for (const at of [200, 201]) await note(judgementOf(id, 'lost', at));
    await note(judgementOf(id, 'ended', 202));
    const kept = await store().judgements.ofSession(id, 2 * KEPT);
    expect(kept).toHaveLength(KEPT);
    expect(kept.slice(-3)).toEqual([
      judgementOf(id, 'suspected', KEPT - 1),
      judgementOf(id, 'lost', 200),
      judgementOf(id, 'ended', 202),
    ]);
    expect(await store().judgements.ofSession(id, 1)).toEqual([judgementOf(id, 'ended', 202)]);
  });
}
