import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { figure, type Figure } from '../figures.ts';
import { controls, product } from './designs.ts';
import { openSimulator, type Failed, type Found, type Search } from './search.ts';

type Options = {
  readonly seed: number;
  /** The long form, for at least so long; null: the short form. */
  readonly minutes: number | null;
  /** One schedule of the seed alone, to see it again; null: all. */
  readonly world: number | null;
  readonly tell: (line: string) => void;
};

const SHORT_RUNS = 4_000;
const LONG_RUNS = 1_000_000;
const CONTROL_RUNS_MAX = 6_000; // a search that finds nothing wrong in so many is broken
const CHUNK = 100; // schedules that a thread runs between two words with us
const TOLD_MAX = 10; // failures; more tell nothing new
const PROGRESS_MS = 30_000;
const MINUTE_MS = 60_000;

/**
 * Searches schedules of people, deliveries, loops and servers for one after which something is not as promised, on all
 * cores; then shows that it finds what is wrong with designs that lack one safeguard each.
 */
export async function schedules({ seed, minutes, world, tell }: Options): Promise<readonly Figure[]> {
  if (world !== null) return showAgain(seed, world, tell);
  const threads = Array.from({ length: availableParallelism() }, () => createThread());
  try {
    const missed = await searchControls(threads, seed, tell);
    const wanted = minutes === null ? SHORT_RUNS : LONG_RUNS;
    const begun = performance.now();
    const until = begun + (minutes ?? 0) * MINUTE_MS;
    const totals = await searchProduct(threads, { seed, wanted, until, tell });
    const perSecond = totals.run / ((performance.now() - begun) / 1000);
    for (const { number, violations } of totals.failed.slice(0, TOLD_MAX)) {
      for (const { kind, detail } of violations) tell(`Schedule ${number}: ${kind}: ${detail}`);
      tell(`  See it again: npm run test:crash -- --only schedules --seed ${seed} --world ${number}`);
    }
    tell(`Of ${totals.run} schedules so many had: ${JSON.stringify(totals.reached)}.`);
    return [
      figure('schedules.run', totals.run, { atLeast: wanted }),
      figure('schedules.violations', totals.failed.length, { atMost: 0 }),
      figure('schedules.perSecond', Math.round(perSecond), null, '1/s'),
      figure('schedules.controlsMissed', missed, { atMost: 0 }),
    ];
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

type Thread = { search(search: Search): Promise<Found>; end(): Promise<unknown> };

function createThread(): Thread {
  const worker = new Worker(new URL('./worker.js', import.meta.url));
  return {
    search: (search) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (found: Found) => {
          worker.off('error', reject);
          resolve(found);
        });
        worker.postMessage(search);
      }),
    end: () => worker.terminate(),
  };
}

type Totals = { run: number; readonly failed: Failed[]; readonly reached: Record<string, number> };

async function searchProduct(
  threads: readonly Thread[],
  options: {
    readonly seed: number;
    readonly wanted: number;
    readonly until: number;
    readonly tell: (line: string) => void;
  },
): Promise<Totals> {
  const { seed, wanted, until, tell } = options;
  const totals: Totals = { run: 0, failed: [], reached: {} };
  let next = 0;
  let toldAt = performance.now();
  const drive = async (thread: Thread): Promise<void> => {
    while (next < wanted || performance.now() < until) {
      const from = next;
      next += CHUNK;
      const { run, failed, reached } = await thread.search({ design: product.name, seed, from, count: CHUNK });
      totals.run += run;
      totals.failed.push(...failed);
      for (const [what, count] of Object.entries(reached)) totals.reached[what] = (totals.reached[what] ?? 0) + count;
      if (performance.now() - toldAt < PROGRESS_MS) continue;
      toldAt = performance.now();
      tell(`${totals.run} schedules, ${totals.failed.length} of them failed.`);
    }
  };
  await Promise.all(threads.map(drive));
  totals.failed.sort((one, other) => one.number - other.number);
  return totals;
}

/** Gives how many of the designs without a safeguard passed for sound. */
async function searchControls(threads: readonly Thread[], seed: number, tell: (line: string) => void): Promise<number> {
  const waiting = [...controls];
  let missed = 0;
  const drive = async (thread: Thread): Promise<void> => {
    for (let design = waiting.shift(); design; design = waiting.shift()) {
      let from = 0;
      let found: Found | null = null;
      for (; from < CONTROL_RUNS_MAX && (found === null || found.failed.length === 0); from += CHUNK) {
        found = await thread.search({ design: design.name, seed, from, count: CHUNK });
      }
      const [failed] = found?.failed ?? [];
      if (!failed) missed += 1;
      const kinds = [...new Set(failed?.violations.map(({ kind }) => kind))].join(', ');
      tell(
        `Control ${design.name}: ${failed ? `${kinds} in schedule ${failed.number}` : `MISSED in ${from} schedules`}.`,
      );
    }
  };
  await Promise.all(threads.map(drive));
  return missed;
}

async function showAgain(seed: number, number: number, tell: (line: string) => void): Promise<readonly Figure[]> {
  const simulator = openSimulator();
  try {
    const { violations, trace, steps } = await simulator.shrink({ design: product.name, seed, number });
    for (const line of trace) tell(line);
    for (const { kind, detail } of violations) tell(`${kind}: ${detail}`);
    tell(`With ${steps} steps before the healing, the fewest that still show it.`);
    return [figure('schedules.violations', violations.length, { atMost: 0 })];
  } finally {
    simulator.close();
  }
}
