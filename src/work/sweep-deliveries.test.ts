import { expect, test } from 'vitest';

import { portsWith } from '../../test/ports.ts';
import { START } from '../../test/sessions.ts';
import { deliveryId } from '../domain/ids.ts';
import { RefusedError } from '../github/errors.ts';
import type { SentDelivery } from '../github/github.ts';
import { nothingSwept, sweepDeliveries } from './sweep-deliveries.ts';

const HOUR_MS = 3_600_000;

/** GitHub's list of what it sent: newest first, each attempt an entry. */
async function github(sent: SentDelivery[], refuses: readonly number[] = []) {
  const looks: number[] = [];
  let at = START;
  const world = await portsWith({
    github: {
      async deliveriesSince(since, limit) {
        const found = sent.filter((one) => one.deliveredAt >= since).slice(0, limit);
        looks.push(found.length);
        return found;
      },
      async redeliver(id) {
        if (refuses.includes(id)) throw new RefusedError('404', { status: 404 });
        const one = sent.find((entry) => entry.id === id);
        if (!one) throw new Error(`There is no delivery ${id}.`);
        at += 1_000;
        sent.unshift({ ...one, id: sent.length + 10_000, isOk: true, deliveredAt: at });
        const delivery = { event: 'issues', payload: '{}', receivedAt: at };
        await world.store.deliveries.receive({ ...delivery, id: deliveryId(one.guid) });
      },
    },
  });
  return { ...world, looks };
}

const failed = (index: number): SentDelivery => {
  const deliveredAt = START - 20 * HOUR_MS + index * 1_000;
  return { id: index, guid: `g-${index}`, event: 'issues', isOk: false, deliveredAt };
};
/** As GitHub lists them: newest first. */
const listed = (count: number, change: (one: SentDelivery) => SentDelivery = (one) => one): SentDelivery[] =>
  Array.from({ length: count }, (_, index) => change(failed(index))).toReversed();

test('an outage behind thousands of deliveries is made good, and then only what is new is looked at', async () => {
  const { ports, store, looks } = await github(listed(3_000, (one) => ({ ...one, isOk: one.id >= 400 })));
  let swept = nothingSwept;
  for (let pass = 0; pass < 9; pass += 1) swept = await sweepDeliveries(ports, swept);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 400 });
  await sweepDeliveries(ports, swept);
  expect(looks.at(-1)).toBeLessThan(1_000);
});

test('the oldest are asked for first, and one that GitHub refuses stands in no other’s way', async () => {
  const { ports, store } = await github(listed(3), [0]);
  await sweepDeliveries(ports, nothingSwept);
  const received = await store.deliveries.waiting({ now: START * 2, limit: 9 });
  expect(received.map(({ id }) => id)).toEqual(['g-1', 'g-2']);
});
