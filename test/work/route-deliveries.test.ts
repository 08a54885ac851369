import { expect, test } from 'vitest';

import { createProbotApp } from '../../src/web/probot.ts';
import { routeDeliveries } from '../../src/work/route-deliveries.ts';
import { routeDelivery } from '../../src/work/route-delivery.ts';
import { openWorld, REPO } from '../ports.ts';

const HOUR_MS = 3_600_000;
const PASS_MS = 60_000;

/** A delivery that waits: somebody labelled an issue. */
async function waitingDelivery() {
  const world = await openWorld();
  const { ports, emulator, store, time, person } = world;
  await world.listen();
  await person.labels(1);
  await emulator.settled();
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1 });
  const { id, privateKey } = emulator.app;
  let tries = 0;
  const probot = createProbotApp({
    ...{ appId: id, privateKey, apiUrl: emulator.url, log: ports.log },
    route(delivery) {
      tries += 1;
      return routeDelivery(ports, delivery);
    },
  });
  const routeFor = async (ms: number): Promise<number> => {
    const signal = new AbortController().signal;
    for (const end = time.now + ms; time.now < end; time.now += PASS_MS) {
      await routeDeliveries(ports, (delivery) => probot.deliver(delivery), signal);
    }
    return tries;
  };
  return { ...world, routeFor };
}

test('a delivery outlasts an outage of hours', async () => {
  const { control, store, repository, routeFor } = await waitingDelivery();
  control.addFault({ kind: 'status', path: '**', status: 502, times: null });
  expect(await routeFor(6 * HOUR_MS)).toBeGreaterThan(100);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1, 'set-aside': 0 });
  control.clearFaults();
  await routeFor(HOUR_MS);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, processed: 1 });
  expect(await store.sessions.ofIssue(repository.id, 1)).toMatchObject({ state: 'queued' });
});

test('a delivery that throws without an outage is set aside after some tries', async () => {
  const { control, store, routeFor } = await waitingDelivery();
  control.setWebhookUrl(null);
  await control.act({ as: 'acme', do: 'suspend', repo: REPO }); // GitHub is well, and refuses us
  expect(await routeFor(HOUR_MS)).toBe(8);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, 'set-aside': 1 });
});
