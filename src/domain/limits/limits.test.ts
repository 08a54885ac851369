import { describe, expect, test } from 'vitest';

import { admit } from './admit.ts';
import { heardNothing, heed, type Heard } from './heed.ts';
import { githubLimits, nothingSpent, priorities, type LimitState, type Priority, type Wanted } from './limits.ts';

const now = 1_800_000_000_000;
const read = (priority: Priority = 'people'): Wanted => ({ kind: 'read', priority, resource: 'core' });
const content = (priority: Priority): Wanted => ({ kind: 'content', priority, resource: 'core' });
const at = (instant = now, inFlight = 0) => ({ now: instant, inFlight, limits: githubLimits });
const primary = (remaining: number, resetAt = now + 600_000): Heard => ({
  ...heardNothing,
  primary: { resource: 'core', limit: 5000, remaining, resetAt },
});
const limited = (until: number | null): Heard => ({ ...heardNothing, limited: { until } });
const isAdmitted = (state: LimitState, wanted: Wanted, instant = now): boolean =>
  'state' in admit(state, wanted, at(instant));

describe('the primary limit', () => {
  test.each([
    [5000, ['people', 'work', 'background']],
    [1001, ['people', 'work', 'background']],
    [1000, ['people', 'work']],
    [251, ['people', 'work']],
    [250, ['people']],
    [1, ['people']],
    [0, []],
  ])('with %i of 5000 left serves %j', (remaining, served) => {
    const state = heed(nothingSpent, primary(remaining), { now, isAlone: true });
    expect(priorities.filter((priority) => isAdmitted(state, read(priority)))).toEqual(served);
    expect(priorities.filter((priority) => isAdmitted(state, read(priority), now + 600_000))).toEqual(priorities);
  });

  test('waits for its reset, and is not asked for another resource', () => {
    const state = heed(nothingSpent, primary(0), { now, isAlone: true });
    expect(admit(state, read(), at())).toEqual({ waitUntil: now + 600_000 });
    expect(admit(state, { ...read(), resource: 'search' }, at())).toHaveProperty('state');
  });

  test('is counted down by us, and GitHub’s number is believed when nothing else was under way', () => {
    const known = heed(nothingSpent, primary(10), { now, isAlone: true });
    const sent = admit(known, read(), at());
    const after = 'state' in sent ? sent.state : known;
    expect(after.primary['core']?.remaining).toBe(9);
    const left = (heard: Heard, isAlone: boolean): number | undefined =>
      heed(after, heard, { now, isAlone }).primary['core']?.remaining;
    expect(left(primary(10), true)).toBe(10); // a 304, which was free
    expect(left(primary(10), false)).toBe(9);
    expect(left({ ...primary(10), isFree: true }, false)).toBe(10);
    expect(left(primary(3), false)).toBe(3); // somebody else draws on it too
    expect(left(primary(4999, now + 4_200_000), false)).toBe(4999); // the next hour
  });
});

describe('a limit that GitHub tells of', () => {
  test('blocks everything until then, a second one for longer', () => {
    const once = heed(nothingSpent, limited(now + 5000), { now, isAlone: true });
    expect(priorities.map((priority) => admit(once, read(priority), at()))).toEqual(
      priorities.map(() => ({ waitUntil: now + 5000 })),
    );
    const twice = heed(once, limited(now + 9000), { now, isAlone: true });
    expect(heed(twice, limited(now + 100), { now, isAlone: true }).blockedUntil).toBe(now + 9000);
  });

  test('without a time waits a minute, and twice as long each time in a row', () => {
    let [state, instant] = [nothingSpent, now];
    const waits = Array.from({ length: 8 }, () => {
      state = heed(state, limited(null), { now: instant, isAlone: true });
      state = heed(state, limited(null), { now: instant, isAlone: false }); // what was under way with it
      state = heed(state, heardNothing, { now: instant + 1, isAlone: false });
      const wait = state.blockedUntil - instant;
      instant = state.blockedUntil;
      return wait / 60_000;
    });
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    state = heed(state, heardNothing, { now: instant, isAlone: true });
    expect(heed(state, limited(null), { now: instant, isAlone: true }).blockedUntil - instant).toBe(60_000);
  });
});

test('a flood leaves room for people: of 80 a minute the background may fill 40 and work 72', () => {
  const limits = { ...githubLimits, writeSpacingMs: 0 };
  let state = nothingSpent;
  const fill = (priority: Priority): number => {
    for (let made = 0; ; made += 1) {
      const answer = admit(state, content(priority), { now, inFlight: 0, limits });
      if (!('state' in answer)) return made;
      ({ state } = answer);
    }
  };
  expect([fill('background'), fill('work'), fill('people')]).toEqual([40, 32, 8]);
});

test('no more are under way than the limit', () => {
  expect(admit(nothingSpent, read(), at(now, githubLimits.inFlightMax - 1))).toHaveProperty('state');
  expect(admit(nothingSpent, read(), at(now, githubLimits.inFlightMax))).toEqual({ waitUntil: now + 1000 });
});
