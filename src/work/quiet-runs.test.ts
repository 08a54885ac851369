import { expect, test } from 'vitest';

import type { RunFacts } from '../domain/run/facts.ts';
import { exampleSessions } from '../domain/session/examples.ts';
import type { Session } from '../domain/session/session.ts';
import { createQuietRuns } from './quiet-runs.ts';

const working = exampleSessions.map(({ session }) => session).find(({ state }) => state === 'working') as Session;
const facts: RunFacts = {
  ...{ request: null, lock: null, host: 'alive', isOtherBoot: false, agent: null, status: null, outputs: [] },
  ...{ messages: new Map(), isStopRequested: false, problems: [] },
};

function open() {
  const time = { now: 1_000_000, hasNews: false };
  const quiet = createQuietRuns(() => time.now);
  const note = () => quiet.note(working, { glance: { hasNews: () => time.hasNews }, facts });
  return { time, quiet, note };
}

test('a run is quiet once it was noted, until a glance sees news', () => {
  const { time, quiet, note } = open();
  expect(quiet.isQuiet(working)).toBe(false);
  note();
  expect([quiet.isQuiet(working), quiet.isQuiet(working)]).toEqual([true, true]);
  time.hasNews = true;
  expect(quiet.isQuiet(working)).toBe(false);
  time.hasNews = false;
  expect(quiet.isQuiet(working)).toBe(false); // not before another look
});

test('a session that moved is looked at, and each is once a minute', () => {
  const { time, quiet, note } = open();
  note();
  expect(quiet.isQuiet({ ...working, version: working.version + 1 })).toBe(false);
  note();
  time.now += 59_999;
  expect(quiet.isQuiet(working)).toBe(true);
  time.now += 1;
  expect(quiet.isQuiet(working)).toBe(false);
  note();
  time.now -= 1; // a clock that was put back says nothing
  expect(quiet.isQuiet(working)).toBe(false);
});
