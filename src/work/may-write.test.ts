import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { LEASE_TTL_MS } from '../domain/lease/lease.ts';
import { LeaseLostError } from '../lib/errors.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { createMayWrite } from './may-write.ts';

const REQUEST_MS_MAX = 20_000;
const MARGIN_MS = 10_000;

/** A store with its lease, at a time that the test moves. */
function held() {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-may-write-'));
  const time = { now: 1_000_000 };
  const store = openSqliteStore({ path: join(directory, 'reeve.db'), now: () => time.now });
  onTestFinished(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });
  return { lease: store.lease, time, mayWrite: createMayWrite(store.lease, () => time.now) };
}

test('whoever has the lease for long enough may write, and is not made to renew it', async () => {
  const { lease, time, mayWrite } = held();
  const { until } = await lease.held();
  time.now = until - REQUEST_MS_MAX - MARGIN_MS;
  await mayWrite(REQUEST_MS_MAX);
  expect(await lease.held()).toMatchObject({ until });
});

test('a lease that is nearly over is renewed before anything is sent', async () => {
  const { lease, time, mayWrite } = held();
  time.now = (await lease.held()).until - REQUEST_MS_MAX - MARGIN_MS + 1;
  await mayWrite(REQUEST_MS_MAX);
  expect(await lease.held()).toMatchObject({ until: time.now + LEASE_TTL_MS });
});

test('one that is over is lost, and what takes longer than any lease is never sent', async () => {
  const { lease, time, mayWrite } = held();
  await expect(mayWrite(LEASE_TTL_MS)).rejects.toThrow(LeaseLostError);
  time.now = (await lease.held()).until;
  await expect(mayWrite(0)).rejects.toThrow(LeaseLostError);
});

test.each([2_001, -1])('whoever is held up during the look is told no (%i ms)', async (heldUpMs) => {
  const { lease, time } = held();
  const slow = {
    ...lease,
    held: async () => {
      const seen = await lease.held();
      time.now += heldUpMs;
      return seen;
    },
  };
  await expect(createMayWrite(slow, () => time.now)(REQUEST_MS_MAX)).rejects.toThrow('held up');
});
