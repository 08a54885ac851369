import { systemClock } from '../src/lib/clock.ts';
import { compareRepositories, nothingCompared } from '../src/work/compare-repositories.ts';
import type { Ports } from '../src/work/ports.ts';
import { routeDeliveries } from '../src/work/route-deliveries.ts';
import { openWorld } from './ports.ts';
import { usualRouting } from './routing.ts';
import { flowOfTime } from './time.ts';

/** A server that hears nothing from GitHub unless it listens, and compares. */
export async function openCompared() {
  const world = await openWorld();
  const { emulator, ports, store, time, repository } = world;
  const flow = flowOfTime();
  const passes = (ms: number): void => {
    flow.pass(ms);
    time.now = systemClock();
  };
  const { signal } = new AbortController();
  const route = async (): Promise<void> => {
    await emulator.settled();
    time.now = systemClock();
    await routeDeliveries(ports, usualRouting(ports), signal);
  };
  const compare = async (through: Ports = ports): Promise<void> => {
    passes(1_000);
    await compareRepositories(through, nothingCompared, { everyMs: 0 });
  };
  return {
    ...world,
    passes,
    route,
    compare,
    /** A whole round, and what comes of it; gives how much it found. */
    round: async (): Promise<number> => {
      const before = await received(store);
      await compare();
      const found = (await received(store)) - before;
      await route();
      return found;
    },
    last: (issue = 1) => store.sessions.ofIssue(repository.id, issue),
  };
}

export const received = async (store: Ports['store']): Promise<number> =>
  Object.values(await store.deliveries.count()).reduce((sum, count) => sum + count, 0);
