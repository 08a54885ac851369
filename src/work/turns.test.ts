import { setImmediate } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';

import { createTurns } from './turns.ts';

const bounds = { placesMax: 2, turnsMax: 3, slowMs: 60_000 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return () => void vi.useRealTimers();
});

/** Who has a turn, in the order in which they got it; ends are called by name. */
function players(changes: Partial<typeof bounds> = {}) {
  const turns = createTurns({ now: () => now, ...bounds, ...changes });
  let now = 100;
  const got: string[] = [];
  const ends = new Map<string, () => void>();
  const later: [string, number][] = [];
  const ask = (name: string, isUrgent = false): void => {
    void turns.take(name.charAt(0), { isUrgent }).then((end) => {
      if (typeof end === 'number') return later.push([name, end]);
      ends.set(name, end);
      return got.push(name);
    });
  };
  const end = (name: string): void => ends.get(name)?.();
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    vi.advanceTimersByTime(ms);
    await setImmediate();
  };
  return { turns, got, later, ask, end, pass };
}

test('lanes go side by side up to the places, each in order', async () => {
  const { got, ask, end } = players();
  for (const name of ['a1', 'a2', 'b1', 'c1']) ask(name);
  await setImmediate();
  expect(got).toEqual(['a1', 'b1']);
  end('b1');
  await setImmediate();
  expect(got).toEqual(['a1', 'b1', 'c1']);
  end('a1');
  await setImmediate();
  expect(got).toEqual(['a1', 'b1', 'c1', 'a2']);
});

test('an urgent one comes first, but not before another of its lane', async () => {
  const { got, ask, end } = players({ placesMax: 1 });
  for (const name of ['x1', 'a1', 'b1']) ask(name);
  for (const name of ['b2', 'c1']) ask(name, true);
  for (const name of ['x1', 'c1', 'a1', 'b1']) {
    await setImmediate();
    end(name);
  }
  await setImmediate();
  expect(got).toEqual(['x1', 'c1', 'a1', 'b1', 'b2']);
});

test('a slow one gives its lane and its place to others, and counts to the bound of all until it ends', async () => {
  const { got, ask, end, pass } = players({ slowMs: 1_000 });
  for (const name of ['a1', 'b1', 'c1']) ask(name);
  await pass(500);
  ask('a2');
  await pass(499);
  expect(got).toEqual(['a1', 'b1']);
  await pass(1);
  expect(got).toEqual(['a1', 'b1', 'c1']);
  end('a1');
  await setImmediate();
  expect(got).toEqual(['a1', 'b1', 'c1', 'a2']);
});

test('who waits behind a lane for long comes again, all of the lane at one instant', async () => {
  const { got, later, ask, end, pass } = players({ slowMs: 1_000, placesMax: 9, turnsMax: 9 });
  for (const name of ['a1', 'a2', 'a3', 'b1']) ask(name);
  await pass(900);
  end('a1');
  await pass(99);
  ask('a4');
  await pass(1); // a2 has the turn, a3 has waited for a second
  ask('a5');
  end('a2');
  await pass(999);
  ask('a6');
  expect(got).toEqual(['a1', 'b1', 'a2']);
  await pass(1);
  expect(later).toEqual(['a3', 'a4', 'a5', 'a6'].map((name) => [name, 2_100]));
  ask('a3');
  await setImmediate();
  expect(got).toEqual(['a1', 'b1', 'a2', 'a3']);
});

test('after a stop nobody gets a turn', async () => {
  const { turns, got, later, ask, end } = players();
  for (const name of ['a1', 'a2']) ask(name);
  turns.stop();
  end('a1');
  ask('b1');
  await setImmediate();
  expect(got).toEqual(['a1']);
  expect(later.map(([name]) => name)).toEqual(['a2', 'b1']);
});
