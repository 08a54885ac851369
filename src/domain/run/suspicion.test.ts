import { describe, expect, test } from 'vitest';

import { runId, sessionId } from '../ids.ts';
import { isMassDeath, MASS_HOLD_MS, MASS_WINDOW_MS, spared } from './mass-death.ts';
import { signRules, type Sign } from './signs.ts';
import { isBelievable, LOOK_GAP_MS_MIN, suspect, SUSPICION_MS_MAX, type Suspicion } from './suspicion.ts';

const start = 1_000_000;
const ids = { runId: runId('1-7-1-r1'), sessionId: sessionId('1-7-1') };
type Look = { readonly afterMs: number; readonly sign?: Sign; readonly print?: string; readonly heartbeatAt?: number };

/** What looks come to, one after the other. */
function looks(...seen: readonly Look[]): Suspicion {
  const remembered = seen.reduce<Suspicion | null>((before, look) => {
    const { afterMs, sign = 'host-gone', print = 'same', heartbeatAt = null } = look;
    const doubt = { sign, fingerprint: print, evidence: `${sign} ${print}` };
    return suspect(before, { ...ids, doubt, heartbeatAt, now: start + afterMs });
  }, null);
  if (remembered === null) throw new Error('No look was given.');
  return remembered;
}

const GAP = LOOK_GAP_MS_MIN;
const LONG = SUSPICION_MS_MAX;

describe('a sign is', () => {
  test.each<[string, boolean, readonly Look[]]>([
    ['not believed after one look', false, [{ afterMs: 0 }]],
    ['not believed after two', false, [{ afterMs: 0 }, { afterMs: GAP }]],
    ['believed after three', true, [{ afterMs: 0 }, { afterMs: GAP }, { afterMs: 2 * GAP }]],
    ['not believed after three in quick succession', false, [{ afterMs: 0 }, { afterMs: 9 }, { afterMs: GAP - 1 }]],
    [
      'not believed when the third says something else',
      false,
      [{ afterMs: 0 }, { afterMs: GAP }, { afterMs: 2 * GAP, print: 'other' }],
    ],
    [
      'believed when the same was seen twice and the doubt is old',
      true,
      [{ afterMs: 0 }, { afterMs: LONG - GAP, print: 'other' }, { afterMs: LONG, print: 'other' }],
    ],
    [
      'not believed when it is new, and only the doubt is old',
      false,
      [{ afterMs: 0 }, { afterMs: LONG, print: 'other' }],
    ],
    [
      'not believed when the heart beat in between',
      false,
      [0, 1, 2].map((look) => ({ afterMs: look * GAP, heartbeatAt: start + look })),
    ],
    [
      'not held up by a clock that was put back',
      true,
      [-9 * LONG, GAP - 9 * LONG, 2 * GAP - 9 * LONG, 3 * GAP - 9 * LONG].reduce<Look[]>(
        (all, afterMs) => [...all, { afterMs }],
        [{ afterMs: 0 }],
      ),
    ],
    [
      'never believed when only the probe failed',
      false,
      [0, 1, 2, 3].map((look) => ({ afterMs: look * LONG, sign: 'probe-failed' })),
    ],
    [
      'not believed soon when the agent alone is gone: its host may still tidy up',
      false,
      [0, 1, 2, 3].map((look) => ({ afterMs: look * GAP, sign: 'agent-gone', heartbeatAt: start + look })),
    ],
    [
      'believed at last when the agent alone is gone',
      true,
      [0, LONG - GAP, LONG].map((afterMs) => ({ afterMs, sign: 'agent-gone', heartbeatAt: start + afterMs })),
    ],
  ])('%s', (_, isBelieved, seen) => {
    expect(isBelievable(looks(...seen))).toBe(isBelieved);
  });
});

test('what was believed stays believed, and what was remembered of another run counts for nothing', () => {
  const believed = { ...looks({ afterMs: 0 }), isBelieved: true };
  const doubt = { sign: 'silent', fingerprint: 'x', evidence: 'x' } as const;
  expect(suspect(believed, { ...ids, doubt, heartbeatAt: null, now: start + GAP })).toBe(believed);
  const next = { ...ids, runId: runId('1-7-1-r2') };
  expect(suspect(believed, { ...next, doubt, heartbeatAt: null, now: start + GAP })).toMatchObject({
    ...{ ...next, looks: 1, isBelieved: false, since: start + GAP },
  });
});

const suspicionOf = (number: number, changes: Partial<Suspicion> = {}): Suspicion => ({
  ...looks({ afterMs: 0 }),
  ...{ runId: runId(`1-${number}-1-r1`), sessionId: sessionId(`1-${number}-1`) },
  ...changes,
});
const one = suspicionOf(0);
const others = (count: number, changes: Partial<Suspicion> = {}): readonly Suspicion[] =>
  Array.from({ length: count }, (_, index) => suspicionOf(index + 1, changes));

describe('a death is', () => {
  test.each<[string, boolean, readonly Suspicion[], number, number]>([
    ['one of many', true, others(4), 9, 0],
    ['one of many until the hold is over', true, others(4), 9, MASS_HOLD_MS - 1],
    ['believed once the hold is over', false, others(4), 9, MASS_HOLD_MS],
    ['one of few', false, others(3), 4, 0],
    ['one of half of them', false, others(4), 10, 0],
    ['one of many within a minute', true, others(4, { since: start + MASS_WINDOW_MS }), 5, 0],
    ['not of those who died at another time', false, others(4, { since: start + MASS_WINDOW_MS + 1 }), 5, 0],
    ['not of those whose machine was started anew', false, others(4, { sign: 'other-boot' }), 5, 0],
    ['not of those whose probe failed', false, others(4, { sign: 'probe-failed' }), 5, 0],
    ['counted once', false, [one, ...others(3)], 5, 0],
  ])('%s', (...row) => {
    const [, isMass, known, atWork, afterMs] = row;
    expect(isMassDeath(one, { others: known, atWork, now: start + afterMs })).toBe(isMass);
  });

  test('spared as long as it is held, and no longer', () => {
    const held = suspicionOf(1, { heldAt: start });
    expect(spared([one, held, suspicionOf(2, { heldAt: start, isBelieved: true })], start)).toEqual([held]);
    expect(spared([held], start + MASS_HOLD_MS)).toEqual([]);
  });
});

test('nothing that a failed probe says is ever believed', () => {
  expect(signRules['probe-failed']).toMatchObject({ believed: 'never', isMassable: false });
});
