import { describe, expect, test } from 'vitest';

import { doubtOf } from '../../domain/effect/effect.ts';
import type { Place } from './place.conformance.ts';
import { open } from './stories.conformance.ts';
import type { Store } from '../store.ts';
import { claim, claimKeys, drain, refusal, wishes } from './wishes.conformance.ts';

const { card, labels, reply, react } = wishes;

/** Which effect comes when, and which need not come at all. */
export function describeOutboxOrder({ store, reopen }: Place): void {
  const add = (...effects: Parameters<Store['outbox']['add']>[0]): Promise<void> => store().outbox.add(effects, 100);
  const done = (key: ReturnType<typeof card>['key']): Promise<void> =>
    store().outbox.done(key, { remoteId: null, at: 1 });
  const defer = (key: ReturnType<typeof card>['key'], retryAt: number, wasSent = false): Promise<void> =>
    store().outbox.defer(key, { retryAt, wasSent, error: '' });

  describe('lanes', () => {
    test('an issue is a lane: it gives one effect at a time, in order of wishing', async () => {
      const wished = [labels(), card(), react(), reply(), refusal('comment:1')];
      await add(...wished);
      expect(await claimKeys(store())).toEqual([labels().key]);
      expect(await claimKeys(store())).toEqual([]);
      await done(labels().key);
      await reopen();
      expect(await drain(store())).toEqual(wished.slice(1).map(({ key }) => key));
    });

    test('several lanes go at once, oldest wish first, and no more than asked for', async () => {
      await add(card({ issue: 3 }), card({ issue: 1 }), labels({ issue: 3 }), card({ issue: 2 }));
      const keys = [card({ issue: 3 }).key, card({ issue: 1 }).key, card({ issue: 2 }).key];
      expect(await claimKeys(store(), { limit: 2 })).toEqual(keys.slice(0, 2));
      expect(await claimKeys(store())).toEqual(keys.slice(2));
    });

    test('a lane in which a person waits comes first, though what he waits for is not its next', async () => {
      await add(card({ issue: 1 }), refusal('comment:1'), card({ issue: 2 }), reply({ issue: 2 }), react({ issue: 3 }));
      const keys = [card({ issue: 2 }), react({ issue: 3 }), card({ issue: 1 }), refusal('comment:1')];
      const claimed = await claim(store());
      expect(claimed.map(({ effect }) => effect.key)).toEqual(keys.map(({ key }) => key));
      expect(claimed.map(({ isUrgent }) => isUrgent)).toEqual([true, true, false, false]);
    });

    test('the same number in another repository is another lane', async () => {
      const elsewhere = { ...card(), key: refusal('x').key, slot: 'card:elsewhere', repositoryId: 1 };
      await add(card(), elsewhere);
      expect(await claimKeys(store())).toEqual([card().key, elsewhere.key]);
    });

    test.each([
      ['pending', false],
      ['unknown', true],
    ])('an earlier effect that waits for its time (%s) holds its lane, and no other', async (_, wasSent) => {
      await add(card(), labels(), card({ issue: 8 }));
      await claim(store(), { limit: 1 });
      await defer(card().key, 5_000, wasSent);
      expect(await claimKeys(store(), { now: 4_999 })).toEqual([card({ issue: 8 }).key]);
      expect(await claimKeys(store(), { now: 5_000 })).toEqual([card().key]);
      expect(await claimKeys(store(), { now: 5_000 })).toEqual([]);
    });

    test('a failed effect lets its lane go on', async () => {
      await add(card(), labels());
      await claim(store());
      await store().outbox.fail(card().key, { error: '403', at: 1 });
      expect(await claimKeys(store())).toEqual([labels().key]);
    });

    test('wishes of sessions and of others share the lane', async () => {
      const session = await open(store(), 7);
      await add(refusal('comment:1'));
      expect(await drain(store())).toEqual([
        ...(await store().sessions.history(session.id)).flatMap(({ effects }) => effects),
        refusal('comment:1').key,
      ]);
    });
  });

  describe('what is held back', () => {
    const holdBack = (key: ReturnType<typeof card>['key'], wasSent = false): Promise<void> =>
      store().outbox.defer(key, { retryAt: 5_000, wasSent, error: '', why: 'held-back' });

    test.each([
      ['a card', card(), false],
      ['a reply', reply(), false],
      ['a reply that may have been sent', reply(), true],
    ])('%s lets its lane go on, and has its place again when its time has come', async (_, held, wasSent) => {
      await add(held, labels(), react());
      await claim(store());
      await holdBack(held.key, wasSent);
      expect(await claimKeys(store(), { now: 4_999 })).toEqual([labels().key]);
      await done(labels().key);
      expect(await drain(await reopen(), { now: 5_000 })).toEqual([held.key, react().key]);
    });

    test('a card that may have been sent holds its lane: a newer one must not go first', async () => {
      await add(card());
      await claim(store());
      await holdBack(card().key, true);
      await add(card({ version: 2 }));
      expect(await claimKeys(store(), { now: 4_999 })).toEqual([]);
      expect(await drain(store(), { now: 5_000 })).toEqual([card().key, card({ version: 2 }).key]);
    });

    test.each(['meanwhile', 'later'])('the newer one for its slot, wished for %s, waits as long', async (when) => {
      await add(card());
      await claim(store());
      if (when === 'meanwhile') await add(card({ version: 2 }), labels());
      await holdBack(card().key);
      if (when === 'later') await add(card({ version: 2 }), labels());
      expect(await drain(store(), { now: 4_999 })).toEqual([labels().key]);
      expect(await drain(store(), { now: 5_000 })).toEqual([card({ version: 2 }).key]);
    });
  });

  describe('doubts', () => {
    test('wait for their time without holding up their lane, are not superseded, and are counted apart', async () => {
      await add(card());
      await claim(store());
      const doubts = [5_000, 9_000].map((lookAt) =>
        doubtOf(card(), { sentAt: 1_000, lookAt, place: { on: 'thread', number: 7 } }),
      );
      await store().outbox.again(card().key, { at: 1_000, doubts });
      await store().outbox.again(card().key, { at: 1_000, doubts });
      await done(card().key);
      await add(card({ version: 2 }));
      expect(await store().outbox.count()).toMatchObject({ pending: 1, superseded: 0, done: 1 });
      expect(await (await reopen()).outbox.doubts()).toBe(2);
      expect(await drain(store(), { now: 4_999 })).toEqual([card({ version: 2 }).key]);
      expect(await claim(store(), { now: 5_000 })).toMatchObject([{ effect: doubts[0], mayBeDone: false }]);
      await add(card({ version: 3 }));
      expect(await claimKeys(store(), { now: 9_000 })).toEqual([]); // one at a time, as always in a lane
      await store().outbox.done(doubts[0]!.key, { remoteId: 'older', at: 5_000 });
      expect(await store().outbox.remoteId(card().slot)).toBe('older');
      expect(await drain(store(), { now: 9_000 })).toEqual([doubts[1]!.key, card({ version: 3 }).key]);
      expect(await store().outbox.doubts()).toBe(0);
    });

    test('are no newer wish: one that is put off beside them is not given up for them', async () => {
      await add(card());
      await claim(store());
      await add(card({ version: 2 }));
      const doubt = doubtOf(card(), { sentAt: 1_000, lookAt: 5_000, place: { on: 'thread', number: 7 } });
      await store().outbox.again(card().key, { at: 1_000, doubts: [doubt] });
      await done(card().key);
      await claim(store());
      await defer(card({ version: 2 }).key, 2_000);
      expect(await drain(store(), { now: 2_000 })).toEqual([card({ version: 2 }).key]);
    });
  });

  describe('superseding', () => {
    test.each(['card', 'labels', 'question', 'check', 'publish'] as const)(
      'of pending wishes for one %s the newest is performed',
      async (kind) => {
        const versions = [1, 2, 3].map((version) => wishes[kind]({ version }));
        await add(...versions.slice(0, 2));
        await add(...versions.slice(2));
        expect(await store().outbox.count()).toMatchObject({ pending: 1, superseded: 2 });
        expect(await drain(store())).toEqual([versions[2]?.key]);
      },
    );

    test.each(['reply', 'react'] as const)('every %s is performed', async (kind) => {
      const versions = [1, 2].map((version) => wishes[kind]({ version }));
      await add(...versions);
      expect(await drain(store())).toEqual(versions.map(({ key }) => key));
    });

    test('other slots are left alone', async () => {
      await add(card({ issue: 1 }), labels({ issue: 1 }), card({ issue: 2 }));
      expect(await store().outbox.count()).toMatchObject({ pending: 3, superseded: 0 });
    });

    test('one that is being sent is not superseded; the newer one follows it', async () => {
      await add(card({ version: 1 }));
      await claim(store());
      await add(card({ version: 2 }));
      expect(await store().outbox.count()).toMatchObject({ sending: 1, pending: 1, superseded: 0 });
      await done(card({ version: 1 }).key);
      expect(await drain(store())).toEqual([card({ version: 2 }).key]);
    });

    test('one that is unknown is not superseded: it must be looked up', async () => {
      await add(card({ version: 1 }));
      await claim(store());
      await defer(card({ version: 1 }).key, 0, true);
      await add(card({ version: 2 }));
      expect(await store().outbox.count()).toMatchObject({ unknown: 1, pending: 1, superseded: 0 });
      expect(await drain(store())).toEqual([card({ version: 1 }).key, card({ version: 2 }).key]);
    });

    test('a newer wish waits no shorter than the one it supersedes', async () => {
      await add(card({ version: 1 }));
      await claim(store());
      await defer(card({ version: 1 }).key, 5_000);
      await add(card({ version: 2 }));
      expect(await store().outbox.count()).toMatchObject({ pending: 1, superseded: 1 });
      expect(await claimKeys(store(), { now: 4_999 })).toEqual([]);
      expect(await claimKeys(store(), { now: 5_000 })).toEqual([card({ version: 2 }).key]);
    });

    test('one that surely was not sent gives way to a newer wish, which then waits as long', async () => {
      await add(card({ version: 1 }));
      await claim(store());
      await add(card({ version: 2 }));
      await defer(card({ version: 1 }).key, 5_000);
      expect(await store().outbox.count()).toMatchObject({ pending: 1, superseded: 1 });
      expect(await claimKeys(store(), { now: 4_999 })).toEqual([]);
      expect(await claimKeys(store(), { now: 5_000 })).toEqual([card({ version: 2 }).key]);
    });

    test('one that may have been sent does not give way', async () => {
      await add(card({ version: 1 }));
      await claim(store());
      await add(card({ version: 2 }));
      await defer(card({ version: 1 }).key, 0, true);
      expect(await store().outbox.count()).toMatchObject({ unknown: 1, pending: 1, superseded: 0 });
    });

    test('a reply that is tried again does not give way to another', async () => {
      await add(reply({ version: 1 }));
      await claim(store());
      await add(reply({ version: 2 }));
      await defer(reply({ version: 1 }).key, 0);
      expect(await drain(store())).toEqual([reply({ version: 1 }).key, reply({ version: 2 }).key]);
    });
  });
}
