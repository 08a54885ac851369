import type { Spent } from './window.ts';

/** Who is served first: a person who waits, then what a session shows and publishes, then what only repairs. */
export const priorities = ['people', 'work', 'background'] as const;
export type Priority = (typeof priorities)[number];

/** One request as GitHub counts it. `content` is a write that people are notified of: an issue, comment, review or pull request. */
export type Wanted = {
  readonly kind: 'read' | 'write' | 'content';
  readonly priority: Priority;
  /** GitHub's `x-ratelimit-resource`: each has a primary limit of its own. */
  readonly resource: string;
};

/** What one account (an installation, or the App itself) may do. */
export type Limits = {
  /** A read costs 1 point, a write 5. */
  readonly pointsPerMinute: number;
  readonly contentPerMinute: number;
  readonly contentPerHour: number;
  readonly inFlightMax: number;
  /** Between the starts of two writes. */
  readonly writeSpacingMs: number;
};

/**
 * GitHub's secondary limits, as its documents give them ("Rate limits for the REST API", "Best practices": one write a
 * second). Of its 100 requests at once we use fewer than half: after a crash those of the last life may still be under way.
 */
export const githubLimits: Limits = {
  pointsPerMinute: 900,
  contentPerMinute: 80,
  contentPerHour: 500,
  inFlightMax: 40,
  writeSpacingMs: 1000,
};

/** A GitHub Enterprise Server has no such limits unless its administrators set them. What it says of others is heeded all the same. */
export const withoutLimits: Limits = {
  pointsPerMinute: Number.POSITIVE_INFINITY,
  contentPerMinute: Number.POSITIVE_INFINITY,
  contentPerHour: Number.POSITIVE_INFINITY,
  inFlightMax: githubLimits.inFlightMax,
  writeSpacingMs: 0,
};

/** What is remembered of one account, also across a restart. Instants are epoch ms by our own clock. */
export type LimitState = {
  /** Points of the last minute. */
  readonly points: readonly Spent[];
  /** Content made in the last hour. */
  readonly content: readonly Spent[];
  readonly lastWriteAt: number;
  /** GitHub asked us to send nothing before then. */
  readonly blockedUntil: number;
  /** How often in a row it asked without saying for how long. */
  readonly blocks: number;
  /** What is left of the primary limit, by resource, as far as we know. */
  readonly primary: Readonly<Record<string, Primary>>;
};

export type Primary = { readonly limit: number; readonly remaining: number; readonly resetAt: number };

export const nothingSpent: LimitState = {
  points: [],
  content: [],
  lastWriteAt: 0,
  blockedUntil: 0,
  blocks: 0,
  primary: {},
};
