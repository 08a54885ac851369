import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { deliveryId } from '../../src/domain/ids.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { NewDelivery, Store } from '../../src/store/store.ts';
import { describeDeliveries } from '../../src/store/conformance/deliveries.conformance.ts';

// The thread runs what was built, so it is tested here and not beside its source.
const writerProgram = new URL('../../dist/store/sqlite/writer-thread.js', import.meta.url);

describe('a store with a thread that stores deliveries', () => {
  let directory: string;
  let store: Store;
  const openIt = (): Store => openSqliteStore({ path: join(directory, 'reeve.db'), writerProgram });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reeve-thread-'));
    store = openIt();
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const reopen = async (): Promise<Store> => {
    await store.close();
    store = openIt();
    return store;
  };
  describeDeliveries({ store: () => store, reopen });
});

const delivery = (id: string, payload = `{"id":"${id}"}`): NewDelivery => ({
  ...{ id: deliveryId(id), event: 'issues', payload, receivedAt: 1 },
});

async function open(program: (directory: string) => Promise<URL> | URL = () => writerProgram) {
  const directory = await mkdtemp(join(tmpdir(), 'reeve-thread-'));
  const path = join(directory, 'reeve.db');
  const store = openSqliteStore({ path, writerProgram: await program(directory) });
  const other = new Database(path);
  onTestFinished(async () => {
    other.close();
    await store.close();
    await rm(directory, { recursive: true });
  });
  return { path, store, other };
}

const stored = async (store: Store): Promise<readonly string[]> =>
  (await store.deliveries.waiting({ now: 1, limit: 10_000 })).map(({ id }) => id);

test('deliveries of all sizes that come at once are each stored as they came, in their order, and once', async () => {
  const { store } = await open();
  const sizes = [0, 1, 300_000, 2_000_000, 12, 900_000, 1_048_576, 1_048_577];
  const many = Array.from({ length: 1500 }, (_, index) =>
    delivery(`d-${index}`, 'ü'.repeat((sizes[index] ?? index) / 2)),
  );
  const answers = await Promise.all([...many, many[3]!, many[700]!].map((one) => store.deliveries.receive(one)));
  expect(answers).toEqual([...many.map(() => 'stored'), 'known', 'known']);
  const kept = await store.deliveries.waiting({ now: 1, limit: 10_000 });
  expect(kept.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
  expect(kept.every(({ payload }, index) => payload === many[index]!.payload)).toBe(true);
});

test('a delivery that was taken before the closing is stored, none after it', async () => {
  const { path, store } = await open();
  const early = [1, 2, 3].map((n) => store.deliveries.receive(delivery(`early-${n}`)));
  const closing = store.close();
  await expect(store.deliveries.receive(delivery('late'))).rejects.toThrow('closed');
  expect(await Promise.all(early)).toEqual(['stored', 'stored', 'stored']);
  await closing;
  const db = new Database(path, { readonly: true });
  expect(db.prepare('select count(*) as count from deliveries').get()).toEqual({ count: 3 });
  db.close();
});

test('a server whose lease was taken over stores nothing, and hears why', async () => {
  const { store, other } = await open();
  await store.deliveries.receive(delivery('before'));
  other.exec('update lease set token = token + 1');
  await expect(store.deliveries.receive(delivery('after'))).rejects.toMatchObject({ name: 'LeaseLostError' });
  await store.lease.lost;
  expect(await stored(store)).toEqual(['before']);
});

test('a failing write fails its own group, and those after it are stored', async () => {
  const { store, other } = await open();
  other.exec(`create trigger fail before insert on deliveries begin select raise(abort, 'no luck'); end`);
  const answers = await Promise.allSettled([1, 2].map((n) => store.deliveries.receive(delivery(`d-${n}`))));
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  other.exec('drop trigger fail');
  expect(await store.deliveries.receive(delivery('d-3'))).toBe('stored');
  expect(await stored(store)).toEqual(['d-3']);
});

test('a thread that dies fails what it had in hand; after a moment another one goes on', async () => {
  const { store } = await open(async (directory) => {
    const path = join(directory, 'dies-once.mjs');
    const text = `
      import { existsSync, writeFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      const sign = ${JSON.stringify(join(directory, 'died'))};
      if (existsSync(sign)) await import(${JSON.stringify(writerProgram.href)});
      else parentPort.on('message', () => { writeFileSync(sign, ''); throw new Error('a bug in the thread'); });
    `;
    await writeFile(path, text);
    return pathToFileURL(path);
  });
  const lost = await Promise.allSettled([1, 2].map((n) => store.deliveries.receive(delivery(`lost-${n}`))));
  expect(lost).toMatchObject([
    { status: 'rejected', reason: { cause: { message: 'a bug in the thread' } } },
    { status: 'rejected' },
  ]);
  await expect.poll(() => store.deliveries.receive(delivery('next')).catch(String), { timeout: 5000 }).toBe('stored');
  expect(await stored(store)).toEqual(['next']);
});

test('more than memory is kept for is refused, and what was taken before is stored', async () => {
  const { store } = await open();
  const large = Buffer.alloc(8_000_000, 'x');
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, (_, n) => store.deliveries.receive({ ...delivery(`d-${n}`), payload: large })),
  );
  const taken = answers.filter(({ status }) => status === 'fulfilled');
  expect(taken.length).toBe(8);
  expect(answers.at(-1)).toMatchObject({ reason: { message: expect.stringContaining('memory') } });
  expect(await stored(store)).toHaveLength(8);
});
