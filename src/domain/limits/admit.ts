import type { Limits, LimitState, Primary, Priority, Wanted } from './limits.ts';
import { fitsAt, spend, withinWindow, type Window } from './window.ts';

/**
 * GitHub counts when a request arrives, we when we send. A request is under way for at most this long (REQUEST_TIMEOUT_MS),
 * so what arrives within a minute was sent within a minute and this.
 */
const UNDER_WAY_MS_MAX = 20_000;
const MINUTE: Window = { spanMs: 60_000 + UNDER_WAY_MS_MAX, grainMs: 1000 };
const HOUR: Window = { spanMs: 3_600_000 + UNDER_WAY_MS_MAX, grainMs: 10_000 };
/** The longest that GitHub's own windows are. What says more is a wrong clock. */
export const BLOCKED_MS_MAX = 3_600_000;
const LOOK_AGAIN_MS = 1_000; // when everything that may be under way is; an answer wakes us sooner

/** The part of a window that each priority may fill: flood and repair leave room for the person who waits. */
const shares: Readonly<Record<Priority, number>> = { people: 1, work: 0.9, background: 0.5 };
/** The part of the primary limit that each priority leaves for those before it. */
const reserves: Readonly<Record<Priority, number>> = { people: 0, work: 0.05, background: 0.2 };

export type Admission = { readonly state: LimitState } | { readonly waitUntil: number };

type Moment = { readonly now: number; readonly inFlight: number; readonly limits: Limits };

/**
 * May this request be sent now? Either what is to be remembered of it, before it is sent, or the first instant at which it
 * is worth asking again, which is always later than `now`.
 */
export function admit(before: LimitState, wanted: Wanted, { now, inFlight, limits }: Moment): Admission {
  const state = settled(before, now);
  const waitUntil = Math.max(
    state.blockedUntil,
    primaryFreeAt(state.primary[wanted.resource], wanted.priority, now),
    ...windowsFreeAt(state, wanted, { limits, now }),
    inFlight < limits.inFlightMax ? now : now + LOOK_AGAIN_MS,
  );
  if (waitUntil > now) return { waitUntil };
  const { points, content, lastWriteAt } = state;
  const isWrite = wanted.kind !== 'read';
  return {
    state: {
      ...state,
      points: spend(points, pointsOf(wanted), MINUTE, now),
      content: wanted.kind === 'content' ? spend(content, 1, HOUR, now) : content,
      lastWriteAt: isWrite ? now : lastWriteAt,
      primary: oneLess(state.primary, wanted.resource),
    },
  };
}

/** As it counts now: without what has run out. A clock that was set back makes nobody wait longer than a window. */
export function settled(state: LimitState, now: number): LimitState {
  const { points, content, lastWriteAt, blockedUntil, primary } = state;
  const live = Object.entries(primary).filter(
    ([, { resetAt }]) => resetAt > now && resetAt <= now + 2 * BLOCKED_MS_MAX,
  );
  return {
    ...state,
    points: withinWindow(points, MINUTE, now),
    content: withinWindow(content, HOUR, now),
    lastWriteAt: Math.min(lastWriteAt, now),
    blockedUntil: Math.min(blockedUntil, now + BLOCKED_MS_MAX),
    primary: Object.fromEntries(live),
  };
}

function windowsFreeAt(
  { points, content, lastWriteAt }: LimitState,
  wanted: Wanted,
  { limits, now }: { readonly limits: Limits; readonly now: number },
): readonly number[] {
  const most = (max: number, cost: number): number => Math.max(cost, Math.floor(max * shares[wanted.priority]));
  const cost = pointsOf(wanted);
  const spentAt = fitsAt(points, MINUTE, { cost, max: most(limits.pointsPerMinute, cost), now });
  if (wanted.kind === 'read') return [spentAt];
  const writtenAt = lastWriteAt + limits.writeSpacingMs;
  if (wanted.kind === 'write') return [spentAt, writtenAt];
  const { contentPerMinute, contentPerHour } = limits;
  return [
    spentAt,
    writtenAt,
    fitsAt(content, MINUTE, { cost: 1, max: most(contentPerMinute, 1), now }),
    fitsAt(content, HOUR, { cost: 1, max: most(contentPerHour, 1), now }),
  ];
}

function pointsOf({ kind }: Wanted): number {
  return kind === 'read' ? 1 : 5;
}

function primaryFreeAt(primary: Primary | undefined, priority: Priority, now: number): number {
  if (!primary) return now; // the first answer will tell
  return primary.remaining > primary.limit * reserves[priority] ? now : primary.resetAt;
}

function oneLess(primary: LimitState['primary'], resource: string): LimitState['primary'] {
  const known = primary[resource];
  return known ? { ...primary, [resource]: { ...known, remaining: Math.max(0, known.remaining - 1) } } : primary;
}
