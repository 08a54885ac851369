import { describe, expect, test } from 'vitest';

import { effectKey } from '../../domain/ids.ts';
import type { Place } from './place.conformance.ts';
import type { EffectState, Store } from '../store.ts';
import { claim, claimKeys, drain, refusal, wishes } from './wishes.conformance.ts';

const none: Readonly<Record<EffectState, number>> = {
  ...{ pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0 },
};
const later = { retryAt: 5_000, error: '502' };

/** The life of one effect. */
export function describeOutbox({ store, reopen }: Place): void {
  const add = (...effects: Parameters<Store['outbox']['add']>[0]): Promise<void> => store().outbox.add(effects, 100);

  test.each(Object.entries(wishes))('a wish of kind %s comes back as it was', async (_, make) => {
    await add(make());
    expect(await claim(await reopen())).toEqual([{ effect: make(), attempts: 0, mayBeDone: false }]);
  });

  test('a key that is known already changes nothing, whatever became of it', async () => {
    await add(refusal('comment:1'), refusal('comment:1'));
    await add(refusal('comment:1'));
    expect(await store().outbox.count()).toEqual({ ...none, pending: 1 });
    await drain(store());
    await add(refusal('comment:1'));
    expect(await store().outbox.count()).toEqual({ ...none, done: 1 });
  });

  test('an older wish that comes again does not supersede the newer one', async () => {
    await add(wishes.card({ version: 1 }), wishes.card({ version: 2 }));
    await add(wishes.card({ version: 1 }));
    expect(await claimKeys(store())).toEqual([wishes.card({ version: 2 }).key]);
  });

  test('what is claimed is under way, and is not given again', async () => {
    await add(wishes.card());
    expect(await claimKeys(store())).toHaveLength(1);
    expect(await claimKeys(store(), { now: 10 ** 12 })).toEqual([]);
    expect(await store().outbox.count()).toEqual({ ...none, sending: 1 });
  });

  test('done is done', async () => {
    await add(wishes.card());
    await drain(store());
    expect(await (await reopen()).outbox.count()).toEqual({ ...none, done: 1 });
    expect(await claimKeys(store(), { now: 10 ** 12 })).toEqual([]);
  });

  test('failed will never be done', async () => {
    await add(wishes.card());
    await claim(store());
    await store().outbox.fail(wishes.card().key, { error: '410', at: 1_000 });
    expect(await (await reopen()).outbox.count()).toEqual({ ...none, failed: 1 });
    expect(await claimKeys(store(), { now: 10 ** 12 })).toEqual([]);
  });

  test('the failed ones are told with their reasons, newest first and no more than asked for', async () => {
    await add(wishes.card(), wishes.labels(), wishes.card({ issue: 2 }));
    for (const { effect } of [...(await claim(store())), ...(await claim(store()))])
      await store().outbox.fail(effect.key, { error: `no ${effect.kind}`, at: 1_000 });
    await store().outbox.fail(wishes.labels().key, { error: 'no labels', at: 1_000 });
    expect(await (await reopen()).outbox.failed(2)).toMatchObject([
      { effect: { kind: 'card', issueNumber: 2 }, error: 'no card' },
      { effect: { kind: 'labels', key: wishes.labels().key }, error: 'no labels' },
    ]);
  });

  test('deferred without having been sent, it is pending and is claimed again when its time has come', async () => {
    await add(wishes.card());
    await claim(store());
    await store().outbox.defer(wishes.card().key, { ...later, wasSent: false });
    expect(await store().outbox.count()).toEqual({ ...none, pending: 1 });
    expect(await claim(store(), { now: 4_999 })).toEqual([]);
    expect(await claim(store(), { now: 5_000 })).toMatchObject([{ attempts: 1, mayBeDone: false }]);
  });

  test('deferred after it may have been sent, it is unknown, and must be looked up from then on', async () => {
    await add(wishes.card());
    await claim(store());
    await store().outbox.defer(wishes.card().key, { ...later, wasSent: true });
    expect(await store().outbox.count()).toEqual({ ...none, unknown: 1 });
    expect(await claim(store(), { now: 4_999 })).toEqual([]);
    expect(await claim(store(), { now: 5_000 })).toMatchObject([{ attempts: 1, mayBeDone: true }]);
    await store().outbox.defer(wishes.card().key, { ...later, wasSent: false });
    expect(await (await reopen()).outbox.count()).toEqual({ ...none, unknown: 1 });
    expect(await claim(store(), { now: 5_000 })).toMatchObject([{ attempts: 2, mayBeDone: true }]);
  });

  test('given up after it may have been sent, it makes later wishes for its slot look first', async () => {
    await add(wishes.card());
    await claim(store());
    await store().outbox.defer(wishes.card().key, { ...later, wasSent: true });
    await store().outbox.fail(wishes.card().key, { error: '502', at: 1_000 });
    await add(wishes.card({ version: 2 }), wishes.labels({ version: 2 }));
    expect(await claim(await reopen())).toMatchObject([{ effect: { kind: 'card' }, attempts: 0, mayBeDone: true }]);
    await store().outbox.done(wishes.card({ version: 2 }).key, { remoteId: null, at: 1_000 });
    expect(await claim(store())).toMatchObject([{ effect: { kind: 'labels' }, mayBeDone: false }]);
  });

  test('after a start, what was being sent is unknown, and the rest is as it was', async () => {
    await add(wishes.card({ issue: 1 }), wishes.labels({ issue: 1 }), wishes.card({ issue: 2 }));
    await claim(store(), { limit: 1 });
    expect(await (await reopen()).outbox.recover()).toBe(1);
    expect(await store().outbox.count()).toEqual({ ...none, unknown: 1, pending: 2 });
    expect(await claim(store())).toMatchObject([
      { effect: { issueNumber: 1, kind: 'card' }, attempts: 1, mayBeDone: true },
      { effect: { issueNumber: 2, kind: 'card' }, attempts: 0, mayBeDone: false },
    ]);
    await store().outbox.done(wishes.card({ issue: 1 }).key, { remoteId: null, at: 1 });
    await store().outbox.done(wishes.card({ issue: 2 }).key, { remoteId: null, at: 1 });
    expect(await store().outbox.recover()).toBe(0);
  });

  describe.each(['done', 'failed', 'superseded'] as const)('an end stays as it is: %s', (end) => {
    test.each(['done', 'fail', 'defer'] as const)('after %s', async (verb) => {
      const { key } = wishes.card();
      await add(wishes.card());
      if (end === 'superseded') await add(wishes.card({ version: 2 }));
      if (end === 'done') await store().outbox.done(key, { remoteId: '1', at: 1 });
      if (end === 'failed') await store().outbox.fail(key, { error: '', at: 1 });
      const before = await store().outbox.count();
      expect(before[end]).toBe(1);
      if (verb === 'done') await store().outbox.done(key, { remoteId: '2', at: 2 });
      if (verb === 'fail') await store().outbox.fail(key, { error: '', at: 2 });
      if (verb === 'defer') await store().outbox.defer(key, { ...later, wasSent: true });
      expect(await store().outbox.count()).toEqual(before);
      expect(await store().outbox.remoteId(wishes.card().slot)).toBe(end === 'done' ? '1' : null);
    });
  });

  test('a key that is not there is a bug', async () => {
    const key = effectKey('nope');
    await expect(store().outbox.done(key, { remoteId: null, at: 1 })).rejects.toThrow('nope');
    await expect(store().outbox.fail(key, { error: '', at: 1 })).rejects.toThrow('nope');
    await expect(store().outbox.defer(key, { ...later, wasSent: true })).rejects.toThrow('nope');
  });

  test('later effects of a slot know what GitHub calls the thing in it', async () => {
    const { slot } = wishes.card();
    expect(await store().outbox.remoteId(slot)).toBeNull();
    await add(wishes.card());
    await claim(store());
    await store().outbox.done(wishes.card().key, { remoteId: 'comment 1', at: 1_000 });
    expect(await (await reopen()).outbox.remoteId(slot)).toBe('comment 1');
    await add(wishes.card({ version: 2 }), wishes.labels());
    await drain(store()); // says nothing of a remote id
    expect(await store().outbox.remoteId(slot)).toBe('comment 1');
    expect(await store().outbox.remoteId(wishes.labels().slot)).toBeNull();
    await add(wishes.card({ version: 3 }));
    await claim(store());
    await store().outbox.done(wishes.card({ version: 3 }).key, { remoteId: 'comment 2', at: 1_000 });
    expect(await store().outbox.remoteId(slot)).toBe('comment 2');
  });
}
