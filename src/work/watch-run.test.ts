import { expect, test } from 'vitest';

import { keep, portsWith } from '../../test/ports.ts';
import { granted, launched, START, story } from '../../test/sessions.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import { HEARTBEAT_MS_MAX } from '../domain/run/judge.ts';
import type { RunStatus } from '../domain/run/run.ts';
import { watchRun } from './watch-run.ts';

const host = { pid: 42, startTime: '7', bootId: 'b' };

/** A session whose host lives; each look at its run finds the next of these heartbeats, and the last one from then on. */
async function working(...heartbeats: readonly number[]) {
  const session = story(granted, launched());
  if (session.state !== 'working') throw new Error(`It is ${session.state}.`);
  let looks = 0;
  let stops = 0;
  const statusAt = (heartbeatAt: number): RunStatus => ({
    ...{ runId: session.runId, state: 'running', host, agent: null, startedAt: START, heartbeatAt, outputAt: START },
    ...{ outputBytes: 0, spend: session.spend, end: null },
  });
  const world = await portsWith({
    runs: {
      observe: async (): Promise<RunFacts> => {
        const status = statusAt(heartbeats[Math.min(looks, heartbeats.length - 1)]!);
        looks += 1;
        return {
          request: null,
          lock: host,
          host: 'alive',
          status,
          outputs: [],
          isStopRequested: stops > 0,
          problems: [],
        };
      },
      stop: async () => {
        stops += 1;
        return stops > 1 ? 'ended' : 'stopping';
      },
    },
  });
  await keep(world.ports, session);
  world.time.now = START + HEARTBEAT_MS_MAX;
  const watch = () => watchRun(world.ports, session, 1);
  return { watch, stops: () => stops, stored: () => world.store.sessions.get(session.id) };
}

test('a run whose host is stuck is stopped, and once nothing of it is left it is lost', async () => {
  const { watch, stops, stored } = await working(START);
  await watch();
  expect(await stored()).toMatchObject({ state: 'working' });
  await watch();
  expect(stops()).toBe(2);
  expect(await stored()).toMatchObject({
    ...{ state: 'retrying', detail: 'Its run host (pid 42) gave no sign of life for 300 s.' },
    runs: [{ end: { reason: 'lost' } }],
  });
});

test('a run whose host goes on after a sleep of the whole machine is left alone', async () => {
  const { watch, stops, stored } = await working(START, START + HEARTBEAT_MS_MAX);
  await watch();
  expect(stops()).toBe(0);
  expect(await stored()).toMatchObject({ state: 'working' });
});
