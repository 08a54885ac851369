import { createSlidingWindow } from './window.ts';

export type Resource = 'core' | 'search' | 'graphql';

export type Limits = {
  /** Requests an hour. */
  readonly core: number;
  readonly graphql: number;
  /** Requests a minute. */
  readonly search: number;
  readonly restPointsPerMinute: number;
  readonly graphqlPointsPerMinute: number;
  readonly contentPerMinute: number;
  readonly contentPerHour: number;
  readonly concurrency: number;
  /** Secondary limits are always measured; refused only when this is on. */
  readonly isSecondaryEnforced: boolean;
};

export const githubLimits: Limits = {
  core: 5000,
  graphql: 5000,
  search: 30,
  restPointsPerMinute: 900,
  graphqlPointsPerMinute: 2000,
  contentPerMinute: 80,
  contentPerHour: 500,
  concurrency: 100,
  isSecondaryEnforced: false,
};

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** One owner's primary budget of one resource: a fixed window that opens with its first request. */
export type Budget = { used: number; resetAt: number };

/** Everything that is counted for one owner of tokens (an installation, an App, a person). Changed only by rate-limits.ts. */
export function createMeter() {
  return {
    budgets: { core: emptyBudget(), search: emptyBudget(), graphql: emptyBudget() } satisfies Record<Resource, Budget>,
    restPoints: createSlidingWindow(minuteMs),
    graphqlPoints: createSlidingWindow(minuteMs),
    contentMinute: createSlidingWindow(minuteMs),
    contentHour: createSlidingWindow(hourMs),
    inFlight: 0,
    inFlightPeak: 0,
    requests: 0,
    writes: 0,
    notModified: 0,
    /** Answered with 403 or 429 by these limits. */
    refused: 0,
    /** Over a secondary limit, whether it was refused or not. */
    secondaryExceeded: 0,
    /** Sent before the time that an earlier refusal had named: what GitHub bans for. */
    sentTooEarly: 0,
    waitUntil: 0,
  };
}

export type Meter = ReturnType<typeof createMeter>;

function emptyBudget(): Budget {
  return { used: 0, resetAt: 0 };
}
