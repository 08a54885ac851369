import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

import { deliveryId } from '../../src/domain/ids.ts';
import { createDeliveryReader } from '../../src/github/delivery-reader.ts';
import { createProbotApp } from '../../src/web/probot.ts';
import { routeDeliveries, type ReadDelivery } from '../../src/work/route-deliveries.ts';
import { routeDelivery } from '../../src/work/route-delivery.ts';
import { eventually, openWorld, REPO } from '../ports.ts';

const HOUR_MS = 3_600_000;
const PASS_MS = 120_000; // as far apart as tries are at most

const reader = createDeliveryReader({ program: new URL('file:///nowhere') }); // all bodies here are small

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
      await routeDeliveries(ports, { ...reader, deliver: (delivery) => probot.deliver(delivery) }, signal);
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

test('a delivery that has waited for days until there was a server outlasts an outage too', async () => {
  const { control, store, time, routeFor } = await waitingDelivery();
  time.now += 96 * HOUR_MS;
  control.addFault({ kind: 'status', path: '**', status: 502, times: null });
  await routeFor(1);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1, 'set-aside': 0 });
  await routeFor(HOUR_MS);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, 'set-aside': 1 });
});

test('after an outage one fault is the first of eight', async () => {
  const { control, store, routeFor } = await waitingDelivery();
  control.addFault({ kind: 'status', path: '**', status: 502, times: null });
  const tries = await routeFor(HOUR_MS);
  control.clearFaults();
  const path = `/repos/${REPO}/collaborators/**`;
  control.addFault({ kind: 'status', path, status: 400, message: 'No', times: null });
  expect(await routeFor(HOUR_MS)).toBe(tries + 8);
  expect(await store.deliveries.setAside(9)).toMatchObject([{ attempts: tries + 8 }]);
});

test('a delivery that throws without an outage is set aside after some tries', async () => {
  const { control, store, routeFor } = await waitingDelivery();
  control.addFault({
    kind: 'status',
    path: `/repos/${REPO}/collaborators/**`,
    status: 400,
    message: 'No',
    times: null,
  });
  expect(await routeFor(HOUR_MS)).toBe(8);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0, 'set-aside': 1 });
});

/** A world with an inbox, into which payloads go as they were stored. */
async function inbox(options: { readonly reader?: string } = {}) {
  const world = await openWorld();
  const { ports, store, time, repository, mona } = world;
  const { read } = createDeliveryReader({
    program: pathToFileURL(`fixtures/readers/${options.reader ?? 'throws'}.mjs`),
    readMsMax: 300,
  });
  const stop = new AbortController();
  let count = 0;
  return {
    ...world,
    stop: () => stop.abort(),
    counts: () => store.deliveries.count(),
    /** Somebody labels the issue with a label that is none of ours; gives the delivery's id. */
    receives: async (issueNumber: number, more: { readonly event?: string; readonly padding?: number } = {}) => {
      const { id, owner, name, defaultBranch, installationId } = repository;
      const payload = {
        ...{ action: 'labeled', label: { name: 'bug' }, sender: mona, installation: { id: installationId } },
        issue: { number: issueNumber, title: 'Owls', state: 'open' },
        repository: { id, name, owner: { login: owner }, default_branch: defaultBranch },
        padding: 'x'.repeat(more.padding ?? 0),
      };
      const delivery = deliveryId(`d-${(count += 1)}`);
      const body = JSON.stringify(payload);
      const receivedAt = time.now + count;
      await store.deliveries.receive({ id: delivery, event: more.event ?? 'issues', payload: body, receivedAt });
      return delivery;
    },
    /** Routes until nothing is due; `deliver` stands for what one delivery brings about. */
    route: (deliver: (delivery: ReadDelivery) => Promise<string> = (delivery) => routeDelivery(ports, delivery)) =>
      routeDeliveries(ports, { read, deliver }, stop.signal),
  };
}

test('a delivery that hangs holds up no other one, not even of its own issue', async () => {
  const { ports, control, counts, receives, route, person, listen, emulator } = await inbox();
  control.addFault({ kind: 'delay', path: '/repos/*/*/collaborators/**', ms: 6_000, times: 1 });
  await listen();
  await person.labels(1); // and GitHub does not say what she may do
  await emulator.settled();
  const begun: string[] = [];
  const routed = route((delivery) => (begun.push(delivery.id), routeDelivery(ports, delivery)));
  await eventually(() => expect(begun).toHaveLength(1));
  for (const issue of [1, 1, 2]) await receives(issue);
  // Everything else has ended while the first one still waits.
  await eventually(async () => expect(await counts()).toMatchObject({ processed: 3 }));
  expect(await counts()).toMatchObject({ waiting: 1 });
  await routed;
  expect(await counts()).toMatchObject({ waiting: 0, processed: 4 });
});

test('one that throws, one that loops in the reader and one that cannot be read hold up no other of their issue', async () => {
  const { store, counts, receives, route, time } = await inbox({ reader: 'loops' });
  const bad = await receives(1);
  const loops = await receives(1, { padding: 600_000 });
  const good = await receives(1);
  const routed: string[] = [];
  await route(async ({ id }) => {
    if (id === bad) throw new Error('oops');
    routed.push(id);
    return '';
  });
  expect(routed).toEqual([good]);
  expect(await counts()).toMatchObject({ waiting: 2, processed: 1 });
  // Six more tries, whose ends are only written down: each costs a second of a core.
  for (let tries = 2; tries < 8; tries += 1) {
    time.now += 120_000;
    for (const { id } of await store.deliveries.claim({ now: time.now, liveSince: 0, limit: 9, backlogMin: 0 })) {
      await store.deliveries.defer(id, { retryAt: time.now, error: 'again', isFault: true, concerns: null });
    }
  }
  time.now += 120_000;
  await route(() => Promise.reject(new Error('oops')));
  expect(await store.deliveries.setAside(9)).toMatchObject([
    { id: loops, attempts: 8, reason: expect.stringContaining('it takes too long') as string, concerns: null },
    { id: bad, attempts: 8, reason: 'oops', concerns: { issueNumber: 1 } },
  ]);
});

test('deliveries of one issue are routed in order, those of others beside them, and each is counted before', async () => {
  const { store, receives, route, time } = await inbox();
  const ids = [];
  for (const issue of [1, 1, 2, 1, 3]) ids.push(await receives(issue));
  const order: string[] = [];
  let atOnce = 0;
  let atOnceMost = 0;
  await route(async ({ id, incoming }) => {
    atOnce += 1;
    atOnceMost = Math.max(atOnceMost, atOnce);
    const tries = (await store.deliveries.waiting({ now: time.now, limit: 9 })).find((one) => one.id === id)?.attempts;
    order.push(`${incoming.kind === 'issue-labeled' ? incoming.issue.number : 0} ${id} ${tries}`);
    await setImmediate();
    atOnce -= 1;
    return '';
  });
  expect(order.filter((one) => one.startsWith('1 '))).toEqual(['1 d-1 1', '1 d-2 1', '1 d-4 1']);
  expect(order).toHaveLength(5);
  expect(atOnceMost).toBe(3);
});

test('live deliveries come before a backlog, and a flood on one issue before nobody else', async () => {
  const { receives, route, time } = await inbox();
  for (let number = 0; number < 150; number += 1) await receives(1);
  time.now += 61_000;
  const live = await receives(2);
  const order: string[] = [];
  const all = route(async ({ id }) => {
    order.push(id);
    await delay(10);
    return '';
  });
  await eventually(async () => {
    time.now += 1_000; // who finds the lane full comes again
    expect(order).toHaveLength(151);
  });
  await all;
  expect(order.indexOf(live)).toBeLessThan(20);
  const flood = order.filter((id) => id !== live);
  expect(flood).toEqual(flood.toSorted((one, other) => Number(one.slice(2)) - Number(other.slice(2))));
});

test('after a stop, what was not begun waits with no try counted', async () => {
  const { store, counts, receives, route, stop } = await inbox();
  for (let number = 0; number < 3; number += 1) await receives(1);
  await route(async () => {
    stop();
    return '';
  });
  expect(await counts()).toMatchObject({ waiting: 2, processed: 1 });
  expect(await store.deliveries.waiting({ now: Number.MAX_SAFE_INTEGER, limit: 9 })).toMatchObject([
    { attempts: 0 },
    { attempts: 0 },
  ]);
});
