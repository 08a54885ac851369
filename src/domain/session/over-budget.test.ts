import { expect, test } from 'vitest';

import { answered, broke, finished, granted, launched, mona, START, story } from '../../../test/sessions.ts';
import type { Crossing, Reservation } from '../budget/budget.ts';
import { whyNot } from './allowed.ts';
import { openQuestion } from './session.ts';
import { spendingOf } from './settlement.ts';
import { transition } from './transition.ts';

const day: Crossing = {
  ...{ scope: 'repository-day', measure: 'costMicroUsd', used: 250e6, limit: 250e6, step: 250e6 },
  reckonedMicroUsd: 15e6,
};
const crossed = (crossing: Crossing) => ({ kind: 'budget-crossed', crossing }) as const;
const DAY_MS = 86_400_000;

/** A slot whose run may use $5, for this reason. */
const budgeted = (bound: Reservation['bounds']['costMicroUsd']) =>
  ({
    ...granted,
    reserved: {
      ...{ costMicroUsd: 5e6, tokens: 100_000, agentMs: 60_000 },
      bounds: { costMicroUsd: bound, tokens: 'run', agentMs: 'run' },
    },
  }) as const;
const overspent = {
  ...finished(null),
  reason: 'over-budget' as const,
  spend: { agentMs: 9_000, costMicroUsd: 5.1e6, tokens: 900 },
} as const;

test('a crossed budget asks, says what was spent of what, and goes on with a plain yes alone', () => {
  const session = story(crossed(day));
  expect(session).toMatchObject({ state: 'waiting', on: { kind: 'budget', number: 1 }, runs: [] });
  expect(openQuestion(session)).toMatchObject({
    text: 'The budget for this repository today (UTC) is used up: $250.00 of $250.00 spent or reserved. Of it, $15.00 is reckoned for runs whose agent did not report what they cost. What was done so far is kept. When the next day begins (00:00 UTC) the work goes on by itself.',
    options: ['Add the same again: $250.00 more'],
  });
  expect(story(crossed(day), answered('1', 0))).toMatchObject({ state: 'queued', questions: [{ budget: day }] });
  const prose = { ...answered('why?', null), at: START + 9 } as const;
  expect(transition(session, prose)).toMatchObject({ outcome: 'ignored' });
});

test('the budget of a day is new again on the next, and then the question is withdrawn', () => {
  const session = story(crossed(day));
  expect(transition(session, { kind: 'budget-renewed', at: START })).toMatchObject({ outcome: 'ignored' });
  const renewed = transition(session, { kind: 'budget-renewed', at: START + DAY_MS });
  expect(renewed).toMatchObject({ session: { state: 'queued', questions: [{ withdrawnAt: START + DAY_MS }] } });
  const own = story(crossed({ ...day, scope: 'session' }));
  expect(transition(own, { kind: 'budget-renewed', at: START + DAY_MS })).toMatchObject({ outcome: 'ignored' });
});

test('a run that its host ended over its own budget waits for a person, with its conversation kept', () => {
  const session = story(budgeted('run'), launched(), overspent);
  expect(session).toMatchObject({
    state: 'waiting',
    on: { kind: 'budget' },
    spend: { costMicroUsd: 5.1e6 },
    mishaps: 0,
  });
  expect(openQuestion(session)?.text).toContain('The budget for one run is used up: $5.10 of $5.00 spent.');
  const next = story(budgeted('run'), launched(), overspent, answered('1', 0), granted);
  expect(next).toMatchObject({ state: 'preparing', conversationId: session.conversationId });
});

test('a run that had less because of another limit goes to the queue, which finds that limit and asks once', () => {
  expect(story(budgeted('session'), launched(), overspent)).toMatchObject({ state: 'queued', questions: [] });
});

test('a pause outlasts the end of such a run, and that of the budget of a day', () => {
  const pausing = { kind: 'pause-requested', by: mona } as const;
  const resumed = { kind: 'resume-requested', by: mona } as const;
  const ended = [budgeted('server-day'), launched(), pausing, overspent] as const;
  expect(story(...ended)).toMatchObject({ state: 'waiting', on: { kind: 'pause' }, spend: { costMicroUsd: 5.1e6 } });
  expect(story(...ended, resumed)).toMatchObject({ state: 'queued' });
  expect(story(budgeted('run'), launched(), pausing, overspent)).toMatchObject({ on: { kind: 'budget' } });

  expect(whyNot(story(crossed(day)), 'pause')).toBeNull();
  const paused = story(crossed(day), pausing);
  expect(paused).toMatchObject({ state: 'waiting', on: { kind: 'pause' }, questions: [{ answer: null }] });
  expect(openQuestion(paused)).toBeNull();
  expect(transition(paused, { kind: 'budget-renewed', at: START + DAY_MS })).toMatchObject({ outcome: 'ignored' });
  expect(story(crossed(day), pausing, resumed)).toMatchObject({ state: 'queued' });
  expect(whyNot(story(crossed({ ...day, scope: 'session' })), 'pause')).toContain('waiting for a person already');
});

test('a run that had less time than others, because of another limit, is not failed for it', () => {
  const late = { ...broke('timed-out', 'It ran longer than 1 min.') } as const;
  const less = budgeted('run');
  const bounds = { ...less.reserved.bounds, agentMs: 'session' } as const;
  const slot = { ...less, reserved: { ...less.reserved, bounds } };
  expect(story(slot, launched(), late)).toMatchObject({ state: 'queued', runs: [{ end: { reason: 'timed-out' } }] });
  expect(story(less, launched(), late)).toMatchObject({ state: 'failed', why: 'timed-out' });
});

test.each([
  ['nothing while it has no end', [granted, launched()], 'under-way'],
  ['what it said at its end', [granted, launched(), finished('Done.')], 'spent'],
  ['nothing when no agent was started', [granted, { ...broke('lost', ''), reason: 'not-started' } as const], 'nothing'],
  [
    'nothing before its agent is surely gone',
    [granted, launched(), { kind: 'stop-requested', by: mona } as const],
    'under-way',
  ],
  [
    'what its directory tells after that',
    [granted, launched(), { kind: 'stop-requested', by: mona }, { kind: 'settled' }] as const,
    'unheard',
  ],
  ['nothing when it was never granted its slot', [{ kind: 'stop-requested', by: mona } as const], 'nothing'],
  ['nothing before it is granted its slot', [], 'under-way'],
] as const)('a run has spent %s', (_, events, kind) => {
  const told = kind === 'nothing' && events.length === 2 ? [granted, launched(), events[1]] : events;
  expect(spendingOf(story(...told), launched().runId)).toMatchObject({ kind });
});

const unpaid = { agentMs: 4_000, costMicroUsd: null, tokens: null };
test.each([
  ['nothing when its model refused it at once', 'rate-limited', unpaid, 'nothing'],
  ['what it used before its model refused it', 'rate-limited', { ...unpaid, tokens: 9 }, 'spent'],
  ['what it worked before its model failed', 'model-failed', { ...unpaid, agentMs: 60_001 }, 'spent'],
  ['what it used when it crashed at once', 'crashed', unpaid, 'spent'],
  ['nothing when its setup failed', 'setup-failed', { ...unpaid, agentMs: 90_000 }, 'nothing'],
] as const)('a run has spent %s', (_, reason, spend, kind) => {
  const session = story(granted, launched(), { ...broke('lost', 'No.'), reason, spend });
  expect(spendingOf(session, launched().runId)).toMatchObject({ kind });
});

test('a lost run may have worked until it was found lost', () => {
  const session = story(granted, launched(), broke('lost', 'gone'));
  expect(spendingOf(session, launched().runId)).toMatchObject({ spend: { agentMs: 120_000, costMicroUsd: 420_000 } });
  expect(spendingOf(null, launched().runId)).toEqual({ kind: 'nothing' });
});
