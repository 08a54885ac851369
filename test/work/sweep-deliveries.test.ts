import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import { deliveryId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { nothingSwept, sweepDeliveries, type Sweep } from '../../src/work/sweep-deliveries.ts';
import { openWorld } from '../ports.ts';
import { flowOfTime } from '../time.ts';

const HOUR_MS = 3_600_000;
const INBOX_MAX = 250; // on their way or waiting, at most; half of what a server allows
const listPath = /^\/app\/hook\/deliveries(\?|$)/;
const attemptPath = '/app/hook/deliveries/*/attempts';

/** A server that has been there for a while, and GitHub that sends to it. */
async function openSwept() {
  const world = await openWorld();
  const { control, emulator, ports, sent, store, time } = world;
  const url = await world.listen();
  const hours = flowOfTime();
  const passes = (ms: number): void => {
    hours.pass(ms);
    time.now = systemClock();
  };
  passes(0);
  return {
    ...world,
    url,
    passes,
    /** One pass, and everything that comes of it; gives how many pages of GitHub's list it read, and what it asked for. */
    pass: async (swept: Sweep = nothingSwept) => {
      passes(0);
      const [pages, asked] = [sent('GET', listPath), sent('POST', /attempts$/)];
      const next = await sweepDeliveries(ports, swept, { outstandingMax: INBOX_MAX });
      await emulator.settled();
      return { swept: next, pages: sent('GET', listPath) - pages, asked: sent('POST', /attempts$/) - asked };
    },
    waiting: async () => (await store.deliveries.count()).waiting,
    /** What waits in the inbox is dealt with. */
    work: async () => {
      for (const { id } of await store.deliveries.waiting({ now: time.now, limit: INBOX_MAX * 2 })) {
        await store.deliveries.end(id, 'processed', 'by the test');
      }
    },
    /** The guids of all that GitHub ever sent or meant to send, oldest first. */
    guids: () => [
      ...new Set(
        control
          .deliveries()
          .toReversed()
          .map(({ guid }) => deliveryId(guid)),
      ),
    ],
  };
}

/** GitHub, after it could not deliver these many comments for twenty hours. */
async function afterOutage(count: number) {
  const world = await openSwept();
  const { control, emulator, person, passes } = world;
  control.addFault({ kind: 'drop-delivery', times: null });
  for (let index = 0; index < count; index += 1) {
    if (index % 100 === 0) passes(HOUR_MS / 3);
    await person.comments(1, `Comment ${index}`);
  }
  await emulator.settled();
  passes(20 * HOUR_MS);
  control.clearFaults();
  expect(world.guids()).toHaveLength(count);
  return world;
}

test('one delivery in five is lost: the sweep brings back every one, once', async () => {
  const { control, emulator, person, store, guids, pass, waiting } = await openSwept();
  control.addFault({ kind: 'drop-delivery', probability: 0.2, times: null });
  for (let index = 0; index < 100; index += 1) await person.comments(1, `Comment ${index}`);
  await emulator.settled();
  const lost = 100 - (await waiting());
  expect(lost).toBeGreaterThan(5);
  control.clearFaults();
  const { asked, swept } = await pass();
  expect(asked).toBe(lost);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids()));
  expect((await pass(swept)).asked).toBe(0);
});

test('1,400 failed deliveries come back a part at a time, oldest first, and a restart goes on where they are', async () => {
  const { guids, pass, store, work } = await afterOutage(1_400);
  const first = await pass();
  expect([first.asked, first.pages]).toEqual([INBOX_MAX, 14]);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids().slice(0, INBOX_MAX)));
  expect(first.swept.trail.filter(({ missing }) => missing !== null).length).toBeLessThanOrEqual(10);
  expect(await pass(first.swept)).toMatchObject({ asked: 0, pages: 0 }); // what is there goes first
  await work();
  // A new process knows nothing but the stored cursor. It reads of the attempts in between, and what is not complete.
  const restarted = await pass();
  expect([restarted.asked, restarted.pages]).toEqual([INBOX_MAX, 15]);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids().slice(0, 2 * INBOX_MAX)));
}, 60_000);

test('a cursor that GitHub does not know any more is let go of, and the walk begins anew', async () => {
  const { control, guids, pass, passes, store } = await afterOutage(250);
  const list = { kind: 'status', method: 'GET', path: '/app/hook/deliveries', times: 1 } as const;
  control.addFault({ ...list, status: 502, skip: 1 });
  const broken = await pass();
  expect(broken.swept.walk).not.toBeNull();
  passes(60_000);
  control.addFault({ ...list, status: 422 });
  const anew = await pass(broken.swept);
  expect(anew.swept).toMatchObject({ walk: null, trail: [] });
  expect(await store.cursors.get('sweep')).toBeNull(); // nothing is known to be complete
  await pass(anew.swept);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids()));
});

test('once all is complete, only what is new is looked at, also after a restart', async () => {
  const { emulator, pass, passes, person, waiting } = await afterOutage(150);
  const { swept } = await pass();
  expect(await waiting()).toBe(150);
  for (const before of [swept, nothingSwept]) {
    passes(HOUR_MS);
    await person.comments(1, 'One more');
    await emulator.settled();
    const { pages, asked } = await pass(before);
    expect([pages, asked]).toEqual([before === swept ? 3 : 1, 0]);
  }
});

test('the oldest are asked for first, and one that GitHub refuses stands in no other’s way', async () => {
  const { control, emulator, store, guids, pass, passes } = await afterOutage(3);
  const ids = control
    .deliveries()
    .map(({ id }) => id)
    .toReversed();
  control.addFault({ kind: 'status', method: 'POST', path: attemptPath, status: 404 });
  const { swept } = await pass();
  const asked = emulator.requests().flatMap(({ path }) => /deliveries\/(\d+)\/attempts/.exec(path)?.[1] ?? []);
  expect(asked.map(Number)).toEqual(ids);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids().slice(1)));
  passes(HOUR_MS);
  expect((await pass(swept)).asked).toBe(0); // refused is refused
});

test('when nobody knows whether GitHub heard, it is asked again only after some patience, and not for ever', async () => {
  const { control, store, guids, pass, passes } = await afterOutage(2);
  control.addFault({ kind: 'status', method: 'POST', path: attemptPath, status: 502, when: 'after' });
  control.addFault({
    kind: 'status',
    method: 'POST',
    path: attemptPath,
    status: 502,
    when: 'before',
    times: 4,
  });
  let { swept } = await pass();
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids().slice(0, 1)));
  const asked: number[] = [];
  for (let count = 0; count < 12; count += 1) {
    passes(HOUR_MS / 12);
    const one = await pass(swept);
    ({ swept } = one);
    asked.push(one.asked);
  }
  expect(asked).toEqual([1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids()));
});

test('what somebody else answered for us is asked for as well, and by a new home nothing from before its time', async () => {
  const { control, emulator, person, store, guids, pass, passes, ports, sent, url } = await openSwept();
  const { webhookUrl } = await proxy();
  control.setWebhookUrl(webhookUrl);
  await person.comments(1, 'Into the void');
  await emulator.settled();
  expect(control.deliveries()).toMatchObject([{ status: 'OK' }]);
  control.setWebhookUrl(url);
  // Before: as if this home had been made an hour later, by the same clock.
  const madeLater = { ...ports, now: () => ports.now() - HOUR_MS };
  await sweepDeliveries(madeLater, nothingSwept);
  expect(sent('POST', /attempts$/)).toBe(0);
  passes(HOUR_MS);
  expect((await pass()).asked).toBe(1);
  expect(await store.deliveries.known(guids())).toEqual(new Set(guids()));
});

test('a GitHub that is out of order is left alone for as long as it asks, and then the sweep goes on', async () => {
  const { control, pass, passes, waiting } = await afterOutage(150);
  control.addFault({ kind: 'status', path: '/app/hook/deliveries', status: 502, skip: 1 });
  let { swept } = await pass();
  expect(await waiting()).toBe(0);
  expect((await pass(swept)).pages).toBe(0);
  passes(60_000);
  ({ swept } = await pass(swept));
  expect(await waiting()).toBe(150);
});

/** Answers every delivery with 200 and keeps none. */
async function proxy() {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
