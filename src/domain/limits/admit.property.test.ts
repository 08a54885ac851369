import fc from 'fast-check';
import { expect, test } from 'vitest';

import { admit } from './admit.ts';
import { heardNothing, heed, type Heard } from './heed.ts';
import { nothingSpent, priorities, type Limits, type LimitState, type Wanted } from './limits.ts';

// Small, so that a short schedule comes to their edges.
const limits: Limits = {
  ...{ pointsPerMinute: 60, contentPerMinute: 6, contentPerHour: 12 },
  ...{ inFlightMax: 10, writeSpacingMs: 1000 },
};
const MINUTE_MS = 60_000;
const UNDER_WAY_MS_MAX = 20_000;
const start = 1_800_000_000_000;

type Step = {
  readonly gapMs: number;
  /** Whoever is refused comes again when he was told to. */
  readonly isPatient: boolean;
  readonly wanted: Wanted;
  readonly underWayMs: number;
};
const step: fc.Arbitrary<Step> = fc.record({
  gapMs: fc.oneof({ weight: 6, arbitrary: fc.nat(1500) }, fc.nat(70_000), fc.constant(0), fc.constant(600_000)),
  isPatient: fc.boolean(),
  wanted: fc.record({
    kind: fc.constantFrom('read' as const, 'write' as const, 'content' as const),
    priority: fc.constantFrom(...priorities),
    resource: fc.constant('core'),
  }),
  underWayMs: fc.oneof(fc.nat(300), fc.nat(UNDER_WAY_MS_MAX)),
});

type Sent = { readonly sentAt: number; readonly arrivedAt: number; readonly points: number; readonly kind: string };

/** Plays a schedule; between two steps the state goes through the store and back. */
function play(steps: readonly Step[]): { readonly sent: readonly Sent[]; readonly states: readonly LimitState[] } {
  let [state, now] = [nothingSpent, start];
  const sent: Sent[] = [];
  const states: LimitState[] = [];
  for (const { gapMs, isPatient, wanted, underWayMs } of steps) {
    now += gapMs;
    let answer = admit(state, wanted, { now, inFlight: 0, limits });
    if ('waitUntil' in answer && isPatient) {
      if (answer.waitUntil <= now) throw new Error('Told to come again at once.');
      now = answer.waitUntil;
      answer = admit(state, wanted, { now, inFlight: 0, limits });
      if ('waitUntil' in answer) throw new Error('Waited as long as he was told, and was not admitted.');
    }
    if (!('state' in answer)) continue;
    state = JSON.parse(JSON.stringify(answer.state)) as LimitState;
    states.push(state);
    const points = wanted.kind === 'read' ? 1 : 5;
    sent.push({ sentAt: now, arrivedAt: now + underWayMs, points, kind: wanted.kind });
  }
  return { sent, states };
}

/** The largest sum of any window of arrivals: quadratic and simple on purpose. */
function peak(sent: readonly Sent[], spanMs: number, cost: (one: Sent) => number): number {
  const sums = sent.map(({ arrivedAt: end }) =>
    sent.filter(({ arrivedAt: at }) => at > end - spanMs && at <= end).reduce((sum, one) => sum + cost(one), 0),
  );
  return Math.max(0, ...sums);
}

const schedule = fc.array(step, { minLength: 60, maxLength: 250 });

test('no schedule of admitted requests breaks a limit, whenever they arrive within their time under way', () => {
  const seen = { points: 0, content: 0, contentHour: 0 };
  fc.assert(
    fc.property(schedule, (steps) => {
      const { sent } = play(steps);
      const points = peak(sent, MINUTE_MS, (one) => one.points);
      const content = peak(sent, MINUTE_MS, ({ kind }) => Number(kind === 'content'));
      const contentHour = peak(sent, 60 * MINUTE_MS, ({ kind }) => Number(kind === 'content'));
      expect(points).toBeLessThanOrEqual(limits.pointsPerMinute);
      expect(content).toBeLessThanOrEqual(limits.contentPerMinute);
      expect(contentHour).toBeLessThanOrEqual(limits.contentPerHour);
      const writes = sent.filter(({ kind }) => kind !== 'read').map(({ sentAt }) => sentAt);
      const gaps = writes.slice(1).map((at, index) => at - writes[index]!);
      expect(Math.min(limits.writeSpacingMs, ...gaps)).toBe(limits.writeSpacingMs);
      seen.points = Math.max(seen.points, points);
      seen.content = Math.max(seen.content, content);
      seen.contentHour = Math.max(seen.contentHour, contentHour);
    }),
    { numRuns: 150 },
  );
  // The schedules came near the edges.
  expect(seen.points).toBeGreaterThan(limits.pointsPerMinute * 0.7);
  expect(seen.content).toBeGreaterThan(limits.contentPerMinute * 0.7);
  expect(seen.contentHour).toBeGreaterThan(limits.contentPerHour * 0.7);
});

test('what is remembered stays small', () => {
  fc.assert(
    fc.property(schedule, (steps) => {
      for (const { points, content } of play(steps).states) {
        expect(points.length).toBeLessThanOrEqual(82);
        expect(content.length).toBeLessThanOrEqual(limits.contentPerHour);
      }
    }),
    { numRuns: 50 },
  );
});

test('nothing is sent before the time that GitHub named, and a clock that is set back waits an hour at most', () => {
  const answers: fc.Arbitrary<Heard> = fc.oneof(
    fc.constant(heardNothing),
    fc.nat(3_600_000).map((ms) => ({ ...heardNothing, limited: { until: start + ms } })),
    fc.constant({ ...heardNothing, limited: { until: null } }),
  );
  const property = fc.property(
    fc.array(fc.tuple(answers, fc.nat(90_000)), { maxLength: 20 }),
    fc.nat(7_200_000),
    (heard, backMs) => {
      let [state, now, promised] = [nothingSpent, start, 0];
      for (const [one, gapMs] of heard) {
        const wanted: Wanted = { kind: 'read', priority: 'people', resource: 'core' };
        const answer = admit(state, wanted, { now, inFlight: 0, limits });
        if ('state' in answer) {
          if (now < promised) return false;
          ({ state } = answer);
        }
        state = heed(state, one, { now, isAlone: false });
        if (one.limited) promised = Math.max(promised, one.limited.until ?? now + 60_000);
        now += gapMs;
      }
      const wanted: Wanted = { kind: 'content', priority: 'background', resource: 'core' };
      const answer = admit(state, wanted, { now: now - backMs, inFlight: 0, limits });
      return 'state' in answer || answer.waitUntil - (now - backMs) <= 3_600_000 + UNDER_WAY_MS_MAX;
    },
  );
  expect(fc.check(property, { numRuns: 300 })).toMatchObject({ failed: false, counterexample: null });
});
