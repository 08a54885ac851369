import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { wish, type Effect } from '../../domain/effect/effect.ts';
import { sessionIdOf, type EffectKey } from '../../domain/ids.ts';
import type { Store } from '../store.ts';
import { openSqliteStore } from './sqlite-store.ts';

const REST_MS = 1_500;

async function open(): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'reeve-sqlite-'));
  const store = openSqliteStore({ path: join(directory, 'reeve.db'), restMs: REST_MS });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

const sessionId = sessionIdOf(5, 7, 1);
const at = (version: number) => ({ id: sessionId, version, repositoryId: 5, issueNumber: 7 });
const card = (version: number): Effect => wish(at(version), { kind: 'card', sessionId });
const resting = (version: number): Effect => wish(at(version), { kind: 'card', sessionId }, { mayRest: true });
const question = wish(at(1), { kind: 'question', sessionId, number: 1 });

async function claimKeys({ outbox }: Pick<Store, 'outbox'>, now: number): Promise<readonly EffectKey[]> {
  return (await outbox.claim({ now, limit: 9 })).map(({ effect }) => effect.key);
}

test('a wish that may rest gives others the way, and a newer one time to take its place', async () => {
  const { outbox } = await open();
  const keys = (now: number) => claimKeys({ outbox }, now);
  await outbox.add([resting(1), question], 10_000);
  expect(await keys(10_000)).toEqual([question.key]);
  await outbox.done(question.key, { remoteId: null, at: 10_000 });
  await outbox.add([resting(2)], 11_400); // its rest is not begun anew
  expect(await keys(11_499)).toEqual([]);
  expect(await keys(11_500)).toEqual([resting(2).key]);
  await outbox.done(resting(2).key, { remoteId: null, at: 11_500 });
  await outbox.add([resting(3), card(4)], 12_000); // somebody waits for that one
  expect(await keys(12_000)).toEqual([card(4).key]);
  expect(await outbox.count()).toMatchObject({ superseded: 2, pending: 0 });
});

test('a wish whose rest has ended does not go beside another of its lane that is under way', async () => {
  const store = await open();
  await store.outbox.add([resting(1), question], 10_000);
  expect(await claimKeys(store, 10_000)).toEqual([question.key]);
  expect(await claimKeys(store, 20_000)).toEqual([]);
  await store.outbox.done(question.key, { remoteId: null, at: 20_000 });
  expect(await claimKeys(store, 20_000)).toEqual([resting(1).key]);
});
