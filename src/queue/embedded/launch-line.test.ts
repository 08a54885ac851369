import { expect, test } from 'vitest';

import { createLaunchLine } from './launch-line.ts';

test('only so many launches are under way at a time, and each has its turn', async () => {
  const line = createLaunchLine({ launchesMax: 2, gapMs: 1 });
  let [underWay, most, done] = [0, 0, 0];
  const launch = async (): Promise<void> => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    done += 1;
  };
  await Promise.all(Array.from({ length: 9 }, () => line.inTurn(launch)));
  expect([most, done]).toEqual([2, 9]);
});

test('what waits for its turn when the server stops is not launched, and holds up nobody', async () => {
  const line = createLaunchLine({ launchesMax: 1, gapMs: 1 });
  const stopping = new AbortController();
  let isLaunched = false;
  const first = line.inTurn(async () => stopping.abort());
  const second = line.inTurn(async () => {
    isLaunched = true;
  }, stopping.signal);
  await first;
  await expect(second).rejects.toThrow(/abort/i);
  expect([isLaunched, await line.inTurn(async () => 'launched')]).toEqual([false, 'launched']);
});
