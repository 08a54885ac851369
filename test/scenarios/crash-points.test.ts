import { resolve } from 'node:path';

import { expect, test } from 'vitest';

import { armCrashPoints } from '../../src/lib/crash-point.ts';
import { crashBriefly } from '../crash/crash.ts';
import { power } from '../crash/power.ts';

/** Set REEVE_TEST_SEED to repeat a failed test. */
const seed = Number(process.env['REEVE_TEST_SEED'] ?? Date.now() % 1_000_000);
const plan = { seed, minutes: null, world: null, kills: null, dist: resolve('dist'), tell: () => {} };

test('each answer is sent after what it promises is synced, as a power cut would show', async () => {
  const figures = await power(plan);
  expect(figures.filter(({ holds }) => !holds)).toEqual([]);
});

test(`killed again and again, at writes, syncs, named places and any moment: nothing is lost or doubled (seed ${seed})`, async () => {
  const told: string[] = [];
  const figures = await crashBriefly({ ...plan, tell: (line) => told.push(line) });
  expect(
    figures.filter(({ holds }) => !holds),
    `seed ${seed}: ${told.join('\n')}`,
  ).toEqual([]);
}, 600_000);

test.each(['delivery.lost', 'delivery.stored:0', 'delivery.stored:soon', ':1'])(
  'REEVE_CRASH=%s, which is no crash point, is refused: nobody waits for a death that cannot come',
  (spec) => {
    expect(() => armCrashPoints(spec)).toThrow('no crash point');
  },
);
