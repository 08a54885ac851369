import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';

import { renderStatus, SESSIONS_SHOWN_MAX } from './status.ts';

const at = Date.UTC(2026, 10, 20, 9, 12);
const MINUTE_MS = 60_000;
const none = { waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 };
const noEffects = { pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0 };
const empty = {
  ...{
    at,
    isServed: true,
    sessions: [],
    deliveries: none,
    effects: noEffects,
    oldestWaitingAt: null,
    removed: null,
    warnings: [],
  },
  setAside: { deliveries: [], effects: [] },
};

test('a home in which nothing has happened', () => {
  expect(renderStatus(empty)).toMatchInlineSnapshot(`
    "No sessions yet: label an issue with reeve:ready, or \`reeve submit OWNER/REPO#N\`.

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
type Session = Parameters<typeof renderStatus>[0]['sessions'][number];

const spend = { agentMs: 0, costMicroUsd: null, tokens: null };
const working: Session = {
  ...{ id: '5-3-1', issue: 'acme/shop#3', headline: 'Working', outcome: 'active', waitsFor: 'its agent' },
  ...{ title: 'Say hello', changedAt: at - 5 * MINUTE_MS, createdAt: at - 9 * MINUTE_MS, lastSignAt: at - 2_000 },
  spend: { ...spend, costMicroUsd: 420_000, tokens: 12_345 },
};
const waiting: Session = {
  ...{ ...working, id: '5-12-1', issue: 'acme/shop#12', headline: 'Waiting for an answer', outcome: 'input-needed' },
  ...{ waitsFor: 'an answer to question 1', title: 'Say 🦉 and 鳥', lastSignAt: null, spend },
  ...{ changedAt: at - 90 * MINUTE_MS, createdAt: at - 90 * MINUTE_MS },
};
const merged: Session = {
  ...{ ...working, id: '6-1-1', issue: 'acme/a#1', headline: 'Merged', outcome: 'completed', waitsFor: null },
  ...{ changedAt: at - 3000 * MINUTE_MS, createdAt: at - 6000 * MINUTE_MS, lastSignAt: null },
};
const sessions = [waiting, working, merged];

test('sessions, counts and what is set aside', () => {
  const text = renderStatus({
    ...empty,
    sessions,
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
    "Sessions: 1 needs a person · 1 active · 1 completed lately
    SESSION  ISSUE         STATE                  FOR         AGE         LAST SIGN  SPENT  WAITS FOR                TITLE
    5-12-1   acme/shop#12  Waiting for an answer  1 h 30 min  1 h 30 min                    an answer to question 1  Say 🦉 and 鳥
    5-3-1    acme/shop#3   Working                5 min       9 min       2 s ago    $0.42  its agent                Say hello
    6-1-1    acme/a#1      Merged                 2 d 2 h     4 d 4 h                $0.42                           Say hello

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

describe('a terminal', () => {
  const lines = (width: number): readonly string[] =>
    renderStatus({ ...empty, sessions }, { width, isColored: false })
      .split('\n')
      .slice(0, 5);

  test('of 100 places leaves out what matters least', () => {
    expect(lines(100)).toMatchInlineSnapshot(`
      [
        "Sessions: 1 needs a person · 1 active · 1 completed lately",
        "SESSION  ISSUE         STATE                  FOR         AGE         LAST SIGN  SPENT  WAITS FOR",
        "5-12-1   acme/shop#12  Waiting for an answer  1 h 30 min  1 h 30 min                    an answer t…",
        "5-3-1    acme/shop#3   Working                5 min       9 min       2 s ago    $0.42  its agent",
        "6-1-1    acme/a#1      Merged                 2 d 2 h     4 d 4 h                $0.42",
      ]
    `);
  });

  test('of 60 places shows what is left', () => {
    expect(lines(60)).toMatchInlineSnapshot(`
      [
        "Sessions: 1 needs a person · 1 active · 1 completed lately",
        "SESSION  ISSUE         STATE                  WAITS FOR",
        "5-12-1   acme/shop#12  Waiting for an answer  an answer to …",
        "5-3-1    acme/shop#3   Working                its agent",
        "6-1-1    acme/a#1      Merged",
      ]
    `);
  });

  test('keeps the number of an issue whose name is cut', () => {
    const long = { ...working, issue: 'an-organisation/a-repository#31' };
    const text = renderStatus({ ...empty, sessions: [long] }, { width: 40, isColored: false });
    expect(text).toMatch(/^5-3-1 .*…\S*y#31 .*Working/m);
  });

  test.each([12, 20, 30, 40, 48])('of %i places shows what commands name a session by', (width) => {
    const long = sessions.map((one) => ({ ...one, id: `1000${one.id}` }));
    const text = renderStatus({ ...empty, sessions: long }, { width, isColored: false });
    for (const { id } of long) expect(text).toMatch(new RegExp(`^${id}( |$)`, 'm'));
  });

  test.each([20, 40, 60, 80, 100, 120, 200])('of %i places is never overrun', (width) => {
    for (const line of lines(width).slice(1)) expect(stringWidth(line)).toBeLessThanOrEqual(width);
  });

  test('with colours marks what needs a person', () => {
    const text = renderStatus({ ...empty, sessions }, { width: null, isColored: true });
    expect(text.replaceAll('\u001b', '')).toMatch(/\n\[33m5-12-1 .*\[39m\n5-3-1 .*\n\[2m6-1-1 .*\[22m\n/);
  });
});

test('more sessions than a person can take in are told as a number', () => {
  const many = Array.from({ length: SESSIONS_SHOWN_MAX + 2 }, () => working);
  const text = renderStatus({ ...empty, sessions: many });
  expect(text).toContain('\nand 2 more: `reeve status --json` has them\n');
  expect(text.match(/^5-3-1/gm)).toHaveLength(SESSIONS_SHOWN_MAX);
});
