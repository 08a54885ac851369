import type { Clock } from '../lib/clock.ts';
import {
  createMeter,
  githubLimits,
  hourMs,
  minuteMs,
  type Budget,
  type Limits,
  type Meter,
  type Resource,
} from './rate-limits/meter.ts';

export type RatedCall = {
  /** Whose budget it draws on: such as 'installation 5' or 'user ada'. GitHub names it in the refusal. */
  readonly owner: string;
  readonly method: string;
  readonly resource: Resource;
  /** GraphQL only: a mutation costs 5 points. */
  readonly isMutation?: boolean;
  /** Makes text that people are notified of: an issue, comment, review or pull request. */
  readonly createsContent?: boolean;
  /** GET /rate_limit: costs nothing of the primary limit. */
  readonly isFree?: boolean;
};

export type RateAnswer =
  | {
      readonly kind: 'allowed';
      /** To be called once, when the answer is known; gives the headers for it. A 304 gives the request back. */
      end(status: number): RateHeaders;
    }
  | { readonly kind: 'refused'; readonly status: 403 | 429; readonly message: string; readonly headers: RateHeaders };

export type RateHeaders = Readonly<Record<string, string>>;

/** What an owner used, for /_emulator and for figures. */
export type RateMeter = {
  readonly owner: string;
  readonly requests: number;
  readonly writes: number;
  readonly notModified: number;
  readonly refused: number;
  readonly secondaryExceeded: number;
  readonly sentTooEarly: number;
  readonly primaryUsed: number;
  readonly peaks: {
    readonly restPointsPerMinute: number;
    readonly graphqlPointsPerMinute: number;
    readonly contentPerMinute: number;
    readonly contentPerHour: number;
    readonly concurrency: number;
  };
};

export type RateLimits = {
  /** Counts a request and says whether it may go on. */
  begin(call: RatedCall): RateAnswer;
  /** The `resources` of GET /rate_limit. Counts nothing. */
  overview(owner: string): Readonly<Record<Resource, RateState>>;
  meters(): readonly RateMeter[];
  /** Changes limits from now on; what was used stays. */
  configure(change: Partial<Limits>): void;
};

/** `reset` in epoch seconds, as GitHub gives it. */
export type RateState = {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  readonly reset: number;
};

/** GitHub's primary limit (enforced) and secondary limits (measured always, enforced when switched on), for each owner of tokens. */
export function createRateLimits(clock: Clock, initial: Limits = githubLimits): RateLimits {
  let limits = initial;
  const meters = new Map<string, Meter>();
  const meterOf = (owner: string): Meter => {
    const meter = meters.get(owner) ?? createMeter();
    meters.set(owner, meter);
    return meter;
  };
  const stateOf = (meter: Meter, resource: Resource): RateState => {
    const budget = openBudget(meter.budgets[resource], resource, clock());
    const limit = limits[resource];
    const remaining = Math.max(0, limit - budget.used);
    return { limit, used: budget.used, remaining, reset: Math.ceil(budget.resetAt / 1000) };
  };
  const refuse = (meter: Meter, answer: Extract<RateAnswer, { kind: 'refused' }>, waitUntil: number): RateAnswer => {
    meter.refused += 1;
    meter.waitUntil = Math.max(meter.waitUntil, waitUntil);
    return answer;
  };

  return {
    configure(change) {
      limits = { ...limits, ...change };
    },
    begin(call) {
      const [meter, now] = [meterOf(call.owner), clock()];
      count(meter, call, now);
      const state = stateOf(meter, call.resource);
      if (state.remaining === 0 && call.isFree !== true) {
        const headers = headersOf(state, call.resource);
        const message = `API rate limit exceeded for ${call.owner}.`;
        return refuse(meter, { kind: 'refused', status: 403, message, headers }, state.reset * 1000);
      }
      const secondsToWait = secondsOverSecondary(meter, limits, now);
      if (secondsToWait > 0) meter.secondaryExceeded += 1;
      if (secondsToWait > 0 && limits.isSecondaryEnforced) {
        const headers = { ...headersOf(state, call.resource), 'retry-after': String(secondsToWait) };
        const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
        return refuse(meter, { kind: 'refused', status: 403, message, headers }, now + secondsToWait * 1000);
      }
      const budget = meter.budgets[call.resource];
      const cost = call.isFree === true ? 0 : 1;
      budget.used += cost;
      meter.inFlight += 1;
      meter.inFlightPeak = Math.max(meter.inFlightPeak, meter.inFlight);
      return {
        kind: 'allowed',
        end(status) {
          meter.inFlight -= 1;
          if (status === 304) {
            meter.notModified += 1;
            budget.used = Math.max(0, budget.used - cost);
          }
          return headersOf(stateOf(meter, call.resource), call.resource);
        },
      };
    },
    overview(owner) {
      const meter = meterOf(owner);
      return { core: stateOf(meter, 'core'), search: stateOf(meter, 'search'), graphql: stateOf(meter, 'graphql') };
    },
    meters: () => [...meters].map(([owner, meter]) => readMeter(owner, meter)),
  };
}

/** GitHub asks to wait at least this long after a secondary limit. */
const secondaryWaitSecondsMin = 60;

function secondsOverSecondary(meter: Meter, limits: Limits, now: number): number {
  const over = [
    { window: meter.restPoints, limit: limits.restPointsPerMinute },
    { window: meter.graphqlPoints, limit: limits.graphqlPointsPerMinute },
    { window: meter.contentMinute, limit: limits.contentPerMinute },
    { window: meter.contentHour, limit: limits.contentPerHour },
  ].filter(({ window, limit }) => window.sum(now) > limit);
  const waits = over.map(({ window }) => Math.ceil((window.freeAt(now) - now) / 1000));
  if (meter.inFlight >= limits.concurrency) waits.push(secondaryWaitSecondsMin);
  return waits.length === 0 ? 0 : Math.max(secondaryWaitSecondsMin, ...waits);
}

function count(meter: Meter, { method, resource, isMutation, createsContent }: RatedCall, now: number): void {
  const isRead = ['GET', 'HEAD', 'OPTIONS'].includes(method.toUpperCase());
  const isWrite = resource === 'graphql' ? isMutation === true : !isRead;
  meter.requests += 1;
  if (isWrite) meter.writes += 1;
  if (now < meter.waitUntil) meter.sentTooEarly += 1;
  const window = resource === 'graphql' ? meter.graphqlPoints : meter.restPoints;
  window.add(isWrite ? 5 : 1, now);
  if (createsContent === true) {
    meter.contentMinute.add(1, now);
    meter.contentHour.add(1, now);
  }
}

function openBudget(budget: Budget, resource: Resource, now: number): Budget {
  if (now >= budget.resetAt) {
    budget.used = 0;
    budget.resetAt = now + (resource === 'search' ? minuteMs : hourMs);
  }
  return budget;
}

function headersOf({ limit, used, remaining, reset }: RateState, resource: Resource): RateHeaders {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': resource,
  };
}

function readMeter(owner: string, meter: Meter): RateMeter {
  const { requests, writes, notModified, refused, secondaryExceeded, sentTooEarly, budgets } = meter;
  return {
    owner,
    ...{ requests, writes, notModified, refused, secondaryExceeded, sentTooEarly },
    primaryUsed: budgets.core.used,
    peaks: {
      restPointsPerMinute: meter.restPoints.peak(),
      graphqlPointsPerMinute: meter.graphqlPoints.peak(),
      contentPerMinute: meter.contentMinute.peak(),
      contentPerHour: meter.contentHour.peak(),
      concurrency: meter.inFlightPeak,
    },
  };
}
