import { expect, test } from 'vitest';

import { wishOnce } from '../../src/domain/effect/effect.ts';
import { runIdOf, type RunId } from '../../src/domain/ids.ts';
import type { SessionState, StateName } from '../../src/domain/session/session.ts';
import { verifyHome } from '../../src/work/verify-home.ts';
import { openWorld } from '../ports.ts';

test.each<[StateName, boolean, (runId: RunId) => SessionState]>([
  ['working', true, (runId) => ({ state: 'working', runId, progress: null })],
  ['preparing', true, (runId) => ({ state: 'preparing', runId })],
  ['queued', false, () => ({ state: 'queued' })],
  ['retrying', false, () => ({ state: 'retrying', retryAt: 1, detail: '' })],
  ['reviewing', false, () => ({ state: 'reviewing' })],
  ['failed', false, () => ({ state: 'failed', why: 'crashed', detail: '' })],
])('a run without an end in a session that is %s holds: %s', async (name, holds, stateOf) => {
  const { ports, store, time, session } = await openWorld();
  const { state: _, ...queued } = await session();
  const runId = runIdOf(queued.id, 1);
  const runs = [{ id: runId, startedAt: time.now, end: null }];
  // No event leads to most of these, so that the store itself is told.
  const loose = { ...queued, ...stateOf(runId), runs, version: queued.version + 1 };
  await store.sessions.change(queued.id, 'test', () => ({ outcome: 'moved', session: loose, effects: [] }));
  const { problems } = await verifyHome(store, { workspaces: () => ports.workspaces.list() });
  expect(problems).toEqual(holds ? [] : [`${queued.id} is ${name} and still has a run without an end.`]);
});

test.each([
  ['a reply', true],
  ['a push, whose session says so itself,', false],
])('%s that was given up is a problem: %s', async (_, isProblem) => {
  const { ports, store, time, session } = await openWorld();
  const { id, ...place } = await session();
  const reply = { topic: 'help', to: place.requestedBy } as const;
  const effect = isProblem
    ? wishOnce(place, 'comment:1', { kind: 'reply', onNumber: place.issueNumber, reply })
    : wishOnce(place, 'push', { kind: 'publish', sessionId: id, runId: runIdOf(id, 1), head: 'f'.repeat(40) });
  await store.outbox.add([effect], time.now);
  await store.outbox.fail(effect.key, { error: '422 no', at: time.now });
  const { problems } = await verifyHome(store, { workspaces: () => ports.workspaces.list() });
  expect(problems).toEqual(isProblem ? [`The wish ${effect.key} was given up: 422 no`] : []);
});
