import { check, asyncProperty, integer } from 'fast-check';

import { controls, product } from './designs.ts';
import { openHome } from './home.ts';
import { runSchedule, type Outcome, type Plan } from './schedule.ts';
import { createVirtualTime, installTimers } from './virtual-time.ts';
import type { Design, Violation } from './world.ts';

/** Some schedules of one seed: those with the numbers from `from` to `from + count - 1`. */
export type Search = { readonly design: string; readonly seed: number; readonly from: number; readonly count: number };

export type Found = {
  readonly run: number;
  /** How many schedules got so far. */
  readonly reached: Readonly<Record<string, number>>;
  readonly failed: readonly Failed[];
};

export type Failed = { readonly number: number; readonly violations: readonly Violation[] };

/** Runs schedules, one after another. Nothing else may run in this thread until it is closed. */
export type Simulator = {
  /** Stops at the first one that fails, unless `isWhole`. */
  search(search: Search, options?: { readonly isWhole?: boolean }): Promise<Found>;
  /** One of them again, with as few steps as still fail. */
  shrink(
    of: Omit<Search, 'from' | 'count'> & { readonly number: number },
  ): Promise<Outcome & { readonly steps: number }>;
  close(): void;
};

const STEPS_MIN = 6;
const STEPS_MAX = 40; // long enough for a question, a stop and a take-over in one story

/** What the number of a schedule stands for. */
export function planOf(seed: number, number: number): Plan {
  const own = (Math.imul(seed, 0x85ebca6b) ^ Math.imul(number + 1, 0xc2b2ae35)) >>> 0;
  return { seed: own, steps: STEPS_MIN + (own % (STEPS_MAX - STEPS_MIN + 1)) };
}

export function openSimulator(): Simulator {
  let time = createVirtualTime();
  const restore = installTimers(() => time);
  const home = openHome(() => time.now);
  const run = (design: Design, plan: Plan): Promise<Outcome> => {
    time = createVirtualTime();
    return runSchedule(home, time, design, plan);
  };
  return {
    async search({ design: name, seed, from, count }, { isWhole = false } = {}) {
      const design = designOf(name);
      const reached: Record<string, number> = {};
      const failed: Failed[] = [];
      let number = from;
      for (; number < from + count && (isWhole || failed.length === 0); number += 1) {
        const outcome = await run(design, planOf(seed, number));
        if (outcome.violations.length > 0) failed.push({ number, violations: outcome.violations });
        for (const [what, is] of Object.entries(outcome.reached)) reached[what] = (reached[what] ?? 0) + (is ? 1 : 0);
      }
      return { run: number - from, reached, failed };
    },
    async shrink({ design: name, seed, number }) {
      const plan = planOf(seed, number);
      const isGood = asyncProperty(integer({ min: 0, max: plan.steps }), async (steps) => {
        return (await run(designOf(name), { ...plan, steps })).violations.length === 0;
      });
      const { counterexample } = await check(isGood, { examples: [[plan.steps]], numRuns: 1 });
      const steps = counterexample?.[0] ?? plan.steps;
      return { ...(await run(designOf(name), { ...plan, steps })), steps };
    },
    close() {
      restore();
      home.close();
    },
  };
}

function designOf(name: string): Design {
  const design = [product, ...controls].find((one) => one.name === name);
  if (!design) throw new Error(`There is no design ${name}.`);
  return design;
}
