import { expect, test } from 'vitest';

import { deliveryId } from '../../domain/ids.ts';
import type { Place } from './place.conformance.ts';
import type { NewDelivery } from '../store.ts';

const first: NewDelivery = { id: deliveryId('d-1'), event: 'issues', payload: '{"action":"labeled"}', receivedAt: 100 };
const second: NewDelivery = { ...first, id: deliveryId('d-2'), receivedAt: 200 };
const all = { now: 1_000, limit: 10 };

/** What is accepted is kept, once, until it has ended. */
export function describeDeliveries({ store, reopen }: Place): void {
  const ids = async (options = all): Promise<readonly string[]> =>
    (await store().deliveries.waiting(options)).map(({ id }) => id);

  test('a stored delivery waits, as it came, also after the store was opened again', async () => {
    expect(await store().deliveries.receive(first)).toBe('stored');
    expect(await (await reopen()).deliveries.waiting(all)).toEqual([{ ...first, attempts: 0 }]);
  });

  test.each([
    ['text of many scripts and quotes', '{"title":"\'; drop table deliveries; -- 🦉 ünïcode \\u0000"}'],
    ['what is not JSON, with control characters', 'not\u0000json\r\n\u001b[31m\ufffd'],
    ['an empty body', ''],
    ['a large body', 'x'.repeat(2_000_000)],
  ])('%s is kept character for character', async (_, payload) => {
    await store().deliveries.receive({ ...first, payload });
    const [kept] = await store().deliveries.waiting(all);
    expect(kept?.payload === payload).toBe(true);
  });

  test('a delivery that is known already changes nothing', async () => {
    await store().deliveries.receive(first);
    expect(await store().deliveries.receive({ ...first, payload: 'other', receivedAt: 900 })).toBe('known');
    expect(await store().deliveries.waiting(all)).toEqual([{ ...first, attempts: 0 }]);
  });

  test('of one delivery that comes many times at once, one is stored', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => store().deliveries.receive(first)));
    expect(answers.filter((answer) => answer === 'stored')).toHaveLength(1);
    expect(await store().deliveries.count()).toMatchObject({ waiting: 1 });
  });

  test('waiting gives the oldest first, and no more than asked for', async () => {
    await store().deliveries.receive(second);
    await store().deliveries.receive(first);
    await store().deliveries.receive({ ...second, id: deliveryId('d-3') });
    expect(await ids()).toEqual(['d-1', 'd-2', 'd-3']);
    expect(await ids({ ...all, limit: 2 })).toEqual(['d-1', 'd-2']);
  });

  test.each(['processed', 'uninteresting', 'set-aside'] as const)(
    'a delivery that is %s waits no more',
    async (end) => {
      await store().deliveries.receive(first);
      await store().deliveries.end(first.id, end, 'why');
      expect(await ids()).toEqual([]);
      expect(await store().deliveries.receive(first)).toBe('known');
      const nothing = { waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 };
      expect(await (await reopen()).deliveries.count()).toEqual({ ...nothing, [end]: 1 });
    },
  );

  test('an end stays as it is', async () => {
    await store().deliveries.receive(first);
    await store().deliveries.end(first.id, 'processed', '');
    await store().deliveries.end(first.id, 'set-aside', '');
    await store().deliveries.defer(first.id, { retryAt: 0, error: '' });
    expect(await store().deliveries.count()).toMatchObject({ waiting: 0, processed: 1, 'set-aside': 0 });
  });

  test('a deferred delivery waits until its time has come, and counts the attempt', async () => {
    await store().deliveries.receive(first);
    await store().deliveries.receive(second);
    await store().deliveries.defer(first.id, { retryAt: 500, error: 'the store was busy' });
    expect(await ids({ now: 499, limit: 10 })).toEqual(['d-2']);
    expect(await (await reopen()).deliveries.waiting({ now: 500, limit: 10 })).toEqual([
      { ...first, attempts: 1 },
      { ...second, attempts: 0 },
    ]);
    await store().deliveries.defer(first.id, { retryAt: 600, error: 'x'.repeat(100_000) });
    expect(await store().deliveries.waiting({ now: 600, limit: 1 })).toMatchObject([{ id: 'd-1', attempts: 2 }]);
  });

  test('to end or defer what was never received is a bug', async () => {
    await expect(store().deliveries.end(first.id, 'processed', '')).rejects.toThrow('d-1');
    await expect(store().deliveries.defer(first.id, { retryAt: 1, error: '' })).rejects.toThrow('d-1');
  });

  test('the counts account for every delivery', async () => {
    expect(await store().deliveries.count()).toEqual({ waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 });
    await store().deliveries.receive(first);
    await store().deliveries.receive(second);
    await store().deliveries.end(first.id, 'uninteresting', 'a star');
    expect(await store().deliveries.count()).toEqual({ waiting: 1, processed: 0, uninteresting: 1, 'set-aside': 0 });
  });
}
