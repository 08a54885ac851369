import { expect, test } from 'vitest';

import { renderStatus } from './status.ts';

const at = Date.UTC(2026, 10, 20, 9, 12);
const MINUTE_MS = 60_000;
const none = { waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 };
const noEffects = { pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0 };
const empty = {
  ...{ at, sessions: [], deliveries: none, effects: noEffects, oldestWaitingAt: null, removed: null, warnings: [] },
  setAside: { deliveries: [], effects: [] },
};

test('a home in which nothing has happened', () => {
  expect(renderStatus(empty)).toMatchInlineSnapshot(`
    "No sessions yet: label an issue with reeve:ready.

    Inbox   0 waiting · 0 processed · 0 of no concern
    Outbox  0 waiting · 0 under way · 0 done
    "
  `);
});

test('what people should look at comes first', () => {
  expect(renderStatus({ ...empty, warnings: ['6 runs look dead at once.'] })).toMatch(
    /^! 6 runs look dead at once\.\n\nNo sessions yet/,
  );
});

test('sessions, counts and what is set aside', () => {
  const session = { issue: 'acme/shop#3', headline: 'Working', waitsFor: 'its agent', title: 'Say hello' };
  const text = renderStatus({
    ...empty,
    sessions: [
      { ...session, changedAt: at - 5 * MINUTE_MS },
      {
        ...{ issue: 'acme/shop#12', headline: 'Waiting for an answer', waitsFor: 'an answer to question 1' },
        ...{ title: 'Say 🦉', changedAt: at - 90 * MINUTE_MS },
      },
      { ...session, issue: 'acme/a#1', headline: 'Merged', waitsFor: null, changedAt: at - 3000 * MINUTE_MS },
    ],
    deliveries: { waiting: 2, processed: 120, uninteresting: 7, 'set-aside': 1 },
    effects: { ...noEffects, pending: 1, unknown: 1, done: 40, superseded: 2, failed: 1 },
    oldestWaitingAt: at - 3_000,
    removed: { at: at - MINUTE_MS, deliveries: 30, effects: 9, facts: 3, sessions: 2, runs: 4 },
    setAside: {
      deliveries: [
        { id: 'd-1', event: 'issues', about: 'acme/shop#3', tries: 8, reason: 'It throws.', at: at - MINUTE_MS },
      ],
      effects: [{ key: '1/2/react', kind: 'react', about: null, tries: 1, reason: '422 no', at: at - MINUTE_MS }],
    },
  });
  expect(text).toMatchInlineSnapshot(`
    "Sessions
      acme/shop#3   Working                for 5 min       waits for its agent                Say hello
      acme/shop#12  Waiting for an answer  for 1 h 30 min  waits for an answer to question 1  Say 🦉
      acme/a#1      Merged                 for 2 d 2 h                                        Say hello

    Inbox   2 waiting (the oldest for 3 s) · 120 processed · 7 of no concern · 1 set aside
    Outbox  1 waiting · 0 under way · 1 to be looked up · 42 done · 1 given up
    Removed 30 deliveries · 9 effects · 3 facts · 2 session histories · 4 run directories (1 min ago)

    Set aside: kept, and not tried again by itself
      delivery  issues  acme/shop#3  8 tries  1 min ago
        It throws.
        reeve replay delivery d-1
      effect    react   unknown      1 try    1 min ago
        422 no
        reeve replay effect 1/2/react
    "
  `);
});
