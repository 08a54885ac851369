import { afterAll, beforeAll, expect, test } from 'vitest';

import { controls } from '../schedules/designs.ts';
import { openSimulator, type Simulator } from '../schedules/search.ts';

const SEED = 1;
const RUNS = 120;
const CONTROL_RUNS_MAX = 800;
const SLOW_MS_MAX = 60_000; // on a machine that has much else to do

let simulator: Simulator;
beforeAll(() => {
  simulator = openSimulator();
});
afterAll(() => simulator.close());

test(
  `in ${RUNS} schedules of people, deliveries, loops and servers nothing is lost, doubled or stuck`,
  async () => {
    const { run, reached, failed } = await simulator.search({ design: 'product', seed: SEED, from: 0, count: RUNS });
    const again = failed.map(
      ({ number, violations }) =>
        `${violations.map(({ kind, detail }) => `${kind}: ${detail}`).join('\n')}\n` +
        `npm run test:crash -- --only schedules --seed ${SEED} --world ${number}`,
    );
    expect(again).toEqual([]);
    expect(run).toBe(RUNS);
    // They get to where the races are.
    expect(Object.entries(reached).filter(([, count]) => count === 0)).toEqual([]);
  },
  SLOW_MS_MAX,
);

/** Those that show at once; `npm run test:crash` asks for all of them. */
const quick = [
  ...['no-look-before-sending-again', 'no-fence', 'answer-before-storing', 'no-sweep'],
  'no-wait-for-the-last-agent',
];

test.each(controls.map(({ name }) => name).filter((name) => quick.includes(name)))(
  'the search finds what is wrong with %s',
  async (design) => {
    const { failed } = await simulator.search({ design, seed: SEED, from: 0, count: CONTROL_RUNS_MAX });
    expect(failed).toHaveLength(1);
  },
);

test('a schedule is the same each time, and shrinks to fewer steps', async () => {
  const design = 'no-sweep';
  const { failed } = await simulator.search({ design, seed: SEED, from: 0, count: CONTROL_RUNS_MAX });
  const [{ number, violations } = { number: 0, violations: [] }] = failed;
  const again = await simulator.search({ design, seed: SEED, from: number, count: 1 });
  expect(again.failed).toEqual([{ number, violations }]);
  const small = await simulator.shrink({ design, seed: SEED, number });
  expect(small.violations).not.toEqual([]);
});
