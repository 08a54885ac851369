import { expect, test } from 'vitest';

import { deliveryId } from '../../domain/ids.ts';
import type { Place } from './place.conformance.ts';
import type { NewDelivery, Store } from '../store.ts';

const first: NewDelivery = { id: deliveryId('d-1'), event: 'issues', payload: '{"action":"labeled"}', receivedAt: 100 };
const second: NewDelivery = { ...first, id: deliveryId('d-2'), receivedAt: 200 };
const all = { now: 1_000, limit: 10 };

/** What is accepted is kept, once, until it has ended. */
export function describeDeliveries({ store, reopen }: Place): void {
  const ids = async (options = all): Promise<readonly string[]> =>
    (await store().deliveries.waiting(options)).map(({ id }) => id);

  const claim = (options: Partial<Parameters<Store['deliveries']['claim']>[0]> = {}) =>
    store().deliveries.claim({ now: 1_000, liveSince: 0, limit: 10, backlogMin: 0, ...options });

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

  test('what became of a delivery can be asked, also of one that never came', async () => {
    expect(await store().deliveries.fate(first.id)).toBeNull();
    await store().deliveries.receive(first);
    expect(await store().deliveries.fate(first.id)).toEqual({ state: 'waiting', note: null });
    await store().deliveries.end(first.id, 'processed', 'obeyed');
    expect(await (await reopen()).deliveries.fate(first.id)).toEqual({ state: 'processed', note: 'obeyed' });
  });

  test('an end stays as it is', async () => {
    await store().deliveries.receive(first);
    await store().deliveries.end(first.id, 'processed', '');
    await store().deliveries.end(first.id, 'set-aside', '');
    await store().deliveries.defer(first.id, { retryAt: 0, error: '', isFault: false });
    expect(await store().deliveries.count()).toMatchObject({ waiting: 0, processed: 1, 'set-aside': 0 });
  });

  test('a delivery whose try failed waits until its time has come, and the try was counted before', async () => {
    await store().deliveries.receive(first);
    await store().deliveries.receive(second);
    expect(await claim({ limit: 1 })).toMatchObject([{ id: 'd-1', event: 'issues', attempts: 0, crashes: 0 }]);
    expect(await (await reopen()).deliveries.waiting({ now: 0, limit: 1 })).toMatchObject([{ id: 'd-1', attempts: 1 }]);
    await store().deliveries.defer(first.id, { retryAt: 500, error: 'x'.repeat(100_000), isFault: true });
    expect(await ids({ now: 499, limit: 10 })).toEqual(['d-2']);
    expect(await claim({ now: 499 })).toMatchObject([{ id: 'd-2' }]);
    expect(await (await reopen()).deliveries.waiting({ now: 500, limit: 10 })).toEqual([
      { ...first, attempts: 1 },
      { ...second, attempts: 1 },
    ]);
    expect(await claim({ now: 500 })).toMatchObject([{ id: 'd-1', attempts: 1 }]);
  });

  test('what is in hand is not given again before it is put back, and that try did not count', async () => {
    await store().deliveries.receive(first);
    expect(await claim()).toMatchObject([{ id: 'd-1', payloadBytes: first.payload.length, receivedAt: 100 }]);
    expect(await claim()).toEqual([]);
    await store().deliveries.putBack(first.id, { retryAt: 300 });
    expect(await claim({ now: 299 })).toEqual([]);
    expect(await claim({ now: 300 })).toMatchObject([{ id: 'd-1', attempts: 0 }]);
    await store().deliveries.recover();
    expect(await claim()).toMatchObject([{ id: 'd-1', attempts: 1, crashes: 0 }]);
  });

  test('the payload of a delivery is given by itself, with its size in bytes', async () => {
    await store().deliveries.receive({ ...first, payload: 'ünï🦉' });
    expect(await claim()).toMatchObject([{ payloadBytes: 9 }]);
    expect(await store().deliveries.payload(first.id)).toBe('ünï🦉');
    await expect(store().deliveries.payload(deliveryId('other'))).rejects.toThrow('other');
  });

  test('live deliveries come before a backlog, which keeps its share', async () => {
    for (let number = 1; number <= 9; number += 1) {
      const receivedAt = number <= 6 ? number : 900 + number;
      await store().deliveries.receive({ ...first, id: deliveryId(`d-${number}`), receivedAt });
    }
    const next = async (limit: number, backlogMin: number) =>
      (await claim({ liveSince: 900, limit, backlogMin })).map((one) => one.id);
    expect(await next(2, 1)).toEqual(['d-7', 'd-1']);
    expect(await next(1, 0)).toEqual(['d-8']);
    expect(await next(3, 0)).toEqual(['d-9', 'd-2', 'd-3']);
    expect(await next(9, 9)).toEqual(['d-4', 'd-5', 'd-6']);
  });

  test('what was in hand at a crash comes alone among its like, and is set aside after too many', async () => {
    for (const one of [first, second]) await store().deliveries.receive(one);
    await claim();
    const blame = { retryAt: 500, crashesMax: 2, reason: 'It ends the process.' };
    expect(await (await reopen()).deliveries.blame(blame)).toEqual({ suspects: 2, setAside: [] });
    await store().deliveries.receive({ ...second, id: deliveryId('d-3') });
    expect(await claim({ now: 499 })).toMatchObject([{ id: 'd-3', crashes: 0 }]);
    expect(await claim({ now: 500 })).toMatchObject([{ id: 'd-1', crashes: 1 }]);
    expect(await claim({ now: 500 })).toEqual([]);
    await store().deliveries.end(first.id, 'processed', '');
    expect(await claim({ now: 500 })).toMatchObject([{ id: 'd-2', crashes: 1, attempts: 1 }]);
    await store().deliveries.concern(second.id, { repositoryId: 5, issueNumber: 7 });
    await store().deliveries.end(deliveryId('d-3'), 'processed', '');
    expect(await (await reopen()).deliveries.blame(blame)).toEqual({ suspects: 1, setAside: ['d-2'] });
    expect(await store().deliveries.setAside(9)).toEqual([
      {
        ...{ id: 'd-2', event: 'issues', receivedAt: 200, attempts: 2, crashes: 2, reason: 'It ends the process.' },
        concerns: { repositoryId: 5, issueNumber: 7 },
      },
    ]);
    expect(await claim()).toEqual([]);
  });

  test('only what is set aside is replayed, and then waits as if it was new', async () => {
    await store().deliveries.receive(first);
    expect(await store().deliveries.replay(first.id)).toBe('not-set-aside');
    expect(await store().deliveries.replay(deliveryId('other'))).toBe('unknown');
    await claim();
    await store().deliveries.end(first.id, 'set-aside', 'It throws.');
    expect(await store().deliveries.setAside(9)).toMatchObject([{ id: 'd-1', attempts: 1, reason: 'It throws.' }]);
    expect(await store().deliveries.replay(first.id)).toBe('replayed');
    expect(await store().deliveries.setAside(9)).toEqual([]);
    expect(await (await reopen()).deliveries.waiting(all)).toEqual([{ ...first, attempts: 0 }]);
    expect(await claim()).toMatchObject([{ id: 'd-1', attempts: 0 }]);
  });

  test('one that is not there spoils nothing for those whose ends are stored at the same moment', async () => {
    await store().deliveries.receive(first);
    const ends = [first.id, deliveryId('other')].map((id) => store().deliveries.end(id, 'processed', ''));
    expect(await Promise.allSettled(ends)).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected' }]);
    expect(await store().deliveries.count()).toMatchObject({ waiting: 0, processed: 1 });
  });

  test('an end that was asked for before the store is closed is kept', async () => {
    await store().deliveries.receive(first);
    const end = store().deliveries.end(first.id, 'processed', '');
    expect(await (await reopen()).deliveries.count()).toMatchObject({ waiting: 0, processed: 1 });
    await end;
  });

  test('to end or defer what was never received is a bug', async () => {
    await expect(store().deliveries.end(first.id, 'processed', '')).rejects.toThrow('d-1');
    await expect(store().deliveries.defer(first.id, { retryAt: 1, error: '', isFault: true })).rejects.toThrow('d-1');
  });

  test('the counts account for every delivery', async () => {
    expect(await store().deliveries.count()).toEqual({ waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 });
    await store().deliveries.receive(first);
    await store().deliveries.receive(second);
    await store().deliveries.end(first.id, 'uninteresting', 'a star');
    expect(await store().deliveries.count()).toEqual({ waiting: 1, processed: 0, uninteresting: 1, 'set-aside': 0 });
  });
}
