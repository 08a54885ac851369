import { describe, expect, test } from 'vitest';

import { effectKey } from '../../domain/ids.ts';
import type { Place } from './place.conformance.ts';
import type { EffectState, Store } from '../store.ts';
import { claim, claimKeys, drain, refusal, wishes } from './wishes.conformance.ts';

const none: Readonly<Record<EffectState, number>> = {
  ...{ pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0, revoked: 0 },
};
const later = { retryAt: 5_000, error: '502' };

/** The life of one effect. */
export function describeOutbox({ store, reopen }: Place): void {
  const add = (...effects: Parameters<Store['outbox']['add']>[0]): Promise<void> => store().outbox.add(effects, 100);

  test.each(Object.entries(wishes))('a wish of kind %s comes back as it was', async (kind, make) => {
    await add(make());
    const isUrgent = ['reply', 'react', 'question'].includes(kind);
    expect(await claim(await reopen())).toEqual([
      { effect: make(), attempts: 0, faults: 0, crashes: 0, mayBeDone: false, sentAt: null, isUrgent },
    ]);
  });

  test('what was not even tried is no attempt', async () => {
    await add(wishes.card());
    await claim(store());
    await store().outbox.defer(wishes.card().key, { ...later, wasSent: false, why: 'not-tried' });
    expect(await claimKeys(store(), { now: 4_999 })).toEqual([]);
    expect(await claim(store(), { now: 5_000 })).toMatchObject([{ attempts: 0, mayBeDone: false }]);
  });

  test('tries that failed by a fault are counted apart from those of an outage', async () => {
    const { key } = wishes.card();
    await add(wishes.card());
    for (const why of ['outage', 'fault', 'outage', 'fault', 'not-tried', 'held-back'] as const) {
      await claim(store());
      await store().outbox.defer(key, { retryAt: 0, wasSent: false, error: '', why });
    }
    expect(await claim(await reopen())).toMatchObject([{ attempts: 4, faults: 2 }]);
    await store().outbox.fail(key, { error: '', at: 1_000 });
    await store().outbox.replay(key);
    expect(await claim(store())).toMatchObject([{ attempts: 0, faults: 0 }]);
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
      { kind: 'card', issueNumber: 2, error: 'no card', attempts: 1, at: 1_000 },
      { kind: 'labels', key: wishes.labels().key, error: 'no labels' },
    ]);
  });

  test('only what failed is replayed, and it waits as if it was new', async () => {
    const { key } = wishes.card();
    await add(wishes.card());
    expect(await store().outbox.replay(key)).toBe('not-set-aside');
    expect(await store().outbox.replay(effectKey('other'))).toBe('unknown');
    await claim(store());
    await store().outbox.fail(key, { error: 'no', at: 1_000 });
    expect(await store().outbox.replay(key)).toBe('replayed');
    expect(await claim(await reopen())).toMatchObject([{ effect: { key }, attempts: 0, crashes: 0, mayBeDone: false }]);
    await store().outbox.defer(key, { ...later, wasSent: true });
    await store().outbox.fail(key, { error: 'no', at: 1_000 });
    await store().outbox.replay(key);
    expect(await claim(store())).toMatchObject([{ attempts: 0, mayBeDone: true }]);
  });

  test('what was being sent when the process ended is counted', async () => {
    await add(wishes.card(), wishes.card({ issue: 2 }));
    await claim(store(), { limit: 1 });
    expect(await (await reopen()).outbox.blame()).toBe(1);
    expect(await (await reopen()).outbox.blame()).toBe(0); // the start before got no further
    expect(await claim(store())).toMatchObject([
      { crashes: 1, attempts: 1, mayBeDone: true },
      { crashes: 0, attempts: 0 },
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

  test('it is known when it may have been sent last, and looking for it does not count as sending', async () => {
    const { key } = wishes.card();
    await add(wishes.card());
    await claim(store(), { now: 1_000 });
    await (await reopen()).outbox.recover();
    expect(await claim(store(), { now: 2_000 })).toMatchObject([{ mayBeDone: true, sentAt: 1_000 }]);
    await store().outbox.defer(key, { retryAt: 3_000, wasSent: false, error: '' });
    expect(await claim(store(), { now: 3_000 })).toMatchObject([{ mayBeDone: true, sentAt: 1_000 }]);
    await store().outbox.again(key, { at: 3_500, doubts: [] });
    await (await reopen()).outbox.recover();
    expect(await claim(store(), { now: 4_000 })).toMatchObject([{ mayBeDone: true, sentAt: 3_500 }]);
    await store().outbox.fail(key, { error: '', at: 4_000 });
    await add(wishes.card({ version: 2 }));
    expect(await claim(store(), { now: 5_000 })).toMatchObject([{ attempts: 0, mayBeDone: true, sentAt: 3_500 }]);
  });

  test('what a slot shows is known until an effect for it is put off, fails or is revoked', async () => {
    const { slot } = wishes.card();
    const show = async (version: number): Promise<void> => {
      await add(wishes.card({ version }));
      await claim(store());
      await store().outbox.done(wishes.card({ version }).key, { remoteId: null, at: 1, shown: `digest ${version}` });
    };
    expect(await store().outbox.shown(slot)).toBeNull();
    await show(1);
    await show(2);
    expect(await (await reopen()).outbox.shown(slot)).toBe('digest 2');
    await add(wishes.card({ version: 3 }));
    await claim(store());
    await store().outbox.defer(wishes.card({ version: 3 }).key, { retryAt: 0, wasSent: false, error: '' });
    expect(await store().outbox.shown(slot)).toBeNull();
    await drain(store());
    await show(4);
    await add(wishes.card({ version: 5 }));
    await claim(store());
    await store().outbox.fail(wishes.card({ version: 5 }).key, { error: '', at: 1 });
    expect(await store().outbox.shown(slot)).toBeNull();
    await show(6);
    await add(wishes.card({ version: 7 }));
    await claim(store());
    await store().outbox.revoke(wishes.card({ version: 7 }).key, { why: 'issue-locked', at: 1 });
    expect(await store().outbox.shown(slot)).toBeNull();
  });

  test('a wish anew forgets what its slot shows, and takes the place of the one that waits', async () => {
    const { slot, key } = wishes.card();
    await add(wishes.card());
    await claim(store());
    await store().outbox.done(key, { remoteId: '7', at: 1, shown: 'digest' });
    await add(wishes.card({ version: 2 }));
    await store().outbox.addAnew(wishes.card({ version: 3 }), 2);
    expect(await store().outbox.shown(slot)).toBeNull();
    expect(await store().outbox.remoteId(slot)).toBe('7');
    expect(await store().outbox.count()).toMatchObject({ pending: 1, superseded: 1 });
    expect(await claim(store())).toMatchObject([{ effect: wishes.card({ version: 3 }) }]);
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
