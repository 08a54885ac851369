import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { describeBudget } from './conformance/budget.conformance.ts';
import { describeConfigs } from './conformance/configs.conformance.ts';
import { describeCursors } from './conformance/cursors.conformance.ts';
import { describeDeliveries } from './conformance/deliveries.conformance.ts';
import { describeJudgements } from './conformance/judgements.conformance.ts';
import { describeLease } from './conformance/lease.conformance.ts';
import { describeLimits } from './conformance/limits.conformance.ts';
import { describeOutboxOrder } from './conformance/outbox-order.conformance.ts';
import { describeOutbox } from './conformance/outbox.conformance.ts';
import type { Place } from './conformance/place.conformance.ts';
import { describePlaces } from './conformance/places.conformance.ts';
import { describeRepositories } from './conformance/repositories.conformance.ts';
import { describeRetention } from './conformance/retention.conformance.ts';
import { describeSessionChange } from './conformance/session-change.conformance.ts';
import { describeSessions } from './conformance/sessions.conformance.ts';
import type { Store } from './store.ts';

// In memory where the system has such a place: every commit is synced, and the suite makes hundreds of stores.
const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** `now`: the store's clock, else the real one. `hasProof`: whoever held its lease before is known to be gone. */
type Open = (
  directory: string,
  options?: { readonly now?: () => number; readonly hasProof?: boolean },
) => Promise<Store>;

/**
 * What every store must do: each sentence of store.ts. `open` gets a directory of the test's own, which names the data:
 * opened with the same one again, the store holds what it held.
 */
export function describeStore(name: string, open: Open): void {
  describe(`${name} is a store`, () => {
    let directory: string;
    let store: Store;
    beforeEach(async () => {
      directory = await mkdtemp(join(root, 'reeve-store-'));
      store = await open(directory);
    });
    afterEach(async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    });
    const place: Place = {
      store: () => store,
      reopen: async () => {
        await store.close();
        store = await open(directory);
        return store;
      },
    };

    test('it says that it can be written, and that it can not once it is closed', async () => {
      await expect(store.checkWritable()).resolves.toBeUndefined();
      await store.close();
      await expect(store.checkWritable()).rejects.toThrow(/closed|not open/);
      await expect(store.sessions.latest(1)).rejects.toThrow(/closed|not open/);
    });
    test('closing twice is harmless', async () => {
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });

    describe('the lease', () => {
      const own = (): string => join(directory, 'lease');
      beforeEach(() => mkdir(own()));
      describeLease({ open: (options) => open(own(), options) });
    });
    describe('deliveries', () => {
      describeDeliveries(place);
    });
    describe('repositories', () => {
      describeRepositories(place);
    });
    describe('places', () => {
      describePlaces(place);
    });
    describe('cursors and facts', () => {
      describeCursors(place);
    });
    describe('configurations', () => {
      describeConfigs(place);
    });
    describe('sessions', () => {
      describeSessions(place);
    });
    describe('changes of a session', () => {
      describeSessionChange(place);
    });
    describe('the outbox', () => {
      describeOutbox(place);
    });
    describe('the order of the outbox', () => {
      describeOutboxOrder(place);
    });
    describe('retention', () => {
      describeRetention(place);
    });
    describe('judgements', () => {
      describeJudgements(place);
    });
    describe('the budget', () => {
      describeBudget(place);
    });
    describe('limits', () => {
      describeLimits(place);
    });
  });
}
