import { expect, test } from 'vitest';

import { deliveryId } from '../../src/domain/ids.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { nothingSwept, sweepDeliveries } from '../../src/work/sweep-deliveries.ts';
import { openWorld } from '../ports.ts';

const HOURS_20_MS = 20 * 3_600_000;
const PASS_MAX = 50; // what one pass asks for
const listPath = /^\/app\/hook\/deliveries(\?|$)/;

/** GitHub, after it could not deliver these many comments for twenty hours. */
async function afterOutage(count: number) {
  const clock = { offsetMs: -HOURS_20_MS };
  const world = await openWorld({ githubClock: () => systemClock() + clock.offsetMs });
  const { control, emulator, person, ports, sent } = world;
  await world.listen();
  control.addFault({ kind: 'drop-delivery', times: null });
  for (let index = 0; index < count; index += 1) await person.comments(1, `Comment ${index}`);
  await emulator.settled();
  clock.offsetMs = 0;
  control.clearFaults();
  const oldestFirst = control.deliveries().toReversed();
  expect(oldestFirst).toHaveLength(count);
  return {
    ...world,
    oldestFirst,
    /** One pass, and everything that comes of it; gives how many pages of GitHub's list it read. */
    pass: async (swept = nothingSwept) => {
      const before = sent('GET', listPath);
      const next = await sweepDeliveries(ports, swept);
      await emulator.settled();
      return { swept: next, pages: sent('GET', listPath) - before };
    },
  };
}

test('an outage of many deliveries is made good, and then only what is new is looked at', async () => {
  const { store, pass } = await afterOutage(7 * PASS_MAX);
  let last = await pass();
  for (let passes = 1; passes < 8; passes += 1) last = await pass(last.swept);
  expect(await store.deliveries.count()).toMatchObject({ waiting: 7 * PASS_MAX });
  expect(last.pages).toBe(7); // the attempts that failed, and those that did not
  expect((await pass(last.swept)).pages).toBe(4); // of the last minutes
});

test('the oldest are asked for first, and one that GitHub refuses stands in no other’s way', async () => {
  const { control, emulator, store, oldestFirst, pass } = await afterOutage(3);
  control.addFault({ kind: 'status', method: 'POST', path: '/app/hook/deliveries/*/attempts', status: 404 });
  await pass();
  const asked = emulator.requests().flatMap(({ path }) => /deliveries\/(\d+)\/attempts/.exec(path)?.[1] ?? []);
  expect(asked.map(Number)).toEqual(oldestFirst.map(({ id }) => id));
  const guids = oldestFirst.map(({ guid }) => deliveryId(guid));
  expect(await store.deliveries.known(guids)).toEqual(new Set(guids.slice(1)));
});
