import { expect, test } from 'vitest';

import { portsWith } from '../../test/ports.ts';
import { START } from '../../test/sessions.ts';
import { deliveryId } from '../domain/ids.ts';
import { TransientError } from '../lib/errors.ts';
import { routeDeliveries } from './route-deliveries.ts';

const HOUR_MS = 3_600_000;

async function waitingDelivery() {
  const { ports, store, time } = await portsWith();
  await store.deliveries.receive({ id: deliveryId('d-1'), event: 'issues', payload: '{}', receivedAt: START });
  let tries = 0;
  const routeFor = async (ms: number, deliver: () => Promise<void>): Promise<number> => {
    const end = time.now + ms;
    const tried = async (): Promise<void> => {
      tries += 1;
      await deliver();
    };
    for (; time.now < end; time.now += 60_000) await routeDeliveries(ports, tried, new AbortController().signal);
    return tries;
  };
  return { store, time, routeFor };
}

test('a delivery outlasts an outage of hours', async () => {
  const { store, time, routeFor } = await waitingDelivery();
  const outage = () => Promise.reject(new TransientError('away', { retryAt: time.now + 5_000 }));
  expect(await routeFor(6 * HOUR_MS, outage)).toBeGreaterThan(100);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1, 'set-aside': 0 });
  await routeFor(HOUR_MS, () => store.deliveries.end(deliveryId('d-1'), 'processed', 'heard'));
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, processed: 1 });
});

test('a delivery that throws without an outage is set aside after some tries', async () => {
  const { store, routeFor } = await waitingDelivery();
  expect(await routeFor(HOUR_MS, () => Promise.reject(new Error('a fault of ours')))).toBe(8);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, 'set-aside': 1 });
});
