import { expect, test } from 'vitest';

import { asked, granted, launched, progressed, story } from '../../test/sessions.ts';
import { sessionIdOf } from '../domain/ids.ts';
import type { Session } from '../domain/session/session.ts';
import type { Sighting } from '../domain/session/sighting.ts';
import { waitFor } from './wait.ts';

const id = sessionIdOf(5, 7, 1);
const working = story(granted, launched());
const waiting = story(granted, launched(), asked('Which?'));
const merged: Session = { ...working, state: 'done', mergedBy: null };
const see = (session: Session): Sighting => ({ kind: 'session', id, issue: 'o/r#7', session });
const submitted: Sighting = { kind: 'submitted', id, issue: 'o/r#7' };

/** Waits for a session that goes on by one step with each look. */
async function wait(steps: readonly Sighting[], options: Partial<Parameters<typeof waitFor>[1]> = {}) {
  const asked: string[] = [];
  const home = {
    find: async (name: string) => {
      const sighting = steps[Math.min(asked.length, steps.length - 1)]!;
      asked.push(name);
      return sighting;
    },
  };
  let time = 0;
  const { why, sighting } = await waitFor(home, {
    ...{ name: 'o/r#7', signal: new AbortController().signal, timeoutMs: null, isUntilChange: false },
    now: () => (time += 1),
    lookMs: 1,
    ...options,
  });
  return { why, sighting, asked };
}

test('it waits over a submission and a run for the end, of the session that it saw first', async () => {
  const { why, sighting, asked } = await wait([submitted, see(working), see(merged)]);
  expect([why, sighting]).toEqual(['outcome', see(merged)]);
  expect(asked).toEqual(['o/r#7', id, id]);
});

test('it ends where a person is needed, and at once where there is nothing to wait for', async () => {
  expect(await wait([see(working), see(waiting)])).toMatchObject({ why: 'outcome', sighting: see(waiting) });
  expect((await wait([{ ...submitted, kind: 'refused', why: 'Closed.' }])).asked).toHaveLength(1);
});

test('the next change may be waited for, also of what waits for a person', async () => {
  const told = story(granted, launched(), progressed('Reading'));
  expect(await wait([see(working), see(told)], { isUntilChange: true })).toMatchObject({ why: 'changed' });
  expect(await wait([submitted, see(working)], { isUntilChange: true })).toMatchObject({ why: 'changed' });
  expect(await wait([see(waiting), see(merged)], { isUntilChange: true })).toMatchObject({ why: 'changed' });
  expect(await wait([see(merged)], { isUntilChange: true })).toMatchObject({ why: 'outcome' });
});

test('a time-out tells how things stand', async () => {
  expect(await wait([see(working)], { timeoutMs: 3 })).toMatchObject({ why: 'time-out', sighting: see(working) });
  expect((await wait([see(working)], { timeoutMs: 0 })).asked).toHaveLength(1);
});

test('whoever has waited enough leaves at once', async () => {
  expect(await wait([see(working)], { signal: AbortSignal.abort() })).toMatchObject({ why: 'detached' });
});
