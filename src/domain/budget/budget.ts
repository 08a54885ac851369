import type { Spend } from '../run/run.ts';

/** What is counted: micro US dollars, tokens, milliseconds of agent time, runs. */
export type Amounts = {
  readonly costMicroUsd: number;
  readonly tokens: number;
  readonly agentMs: number;
  readonly runs: number;
};
export type Measure = keyof Amounts;
export const measures = ['costMicroUsd', 'tokens', 'agentMs', 'runs'] as const satisfies readonly Measure[];

/** Over what spending is summed. Days are days in UTC. */
export const scopes = ['session', 'repository-day', 'server-day'] as const;
export type Scope = (typeof scopes)[number];

/** Every limit is above zero: zero never means unlimited, and no limit is infinite. */
export type Budgets = {
  /** What one run may use at most. */
  readonly run: Omit<Amounts, 'runs'>;
  readonly limits: Readonly<Record<Scope, Amounts>>;
  /** To how many times their size people on GitHub may raise the limits that they may raise. */
  readonly multipleMax: number;
};

/** What a run may use, taken out of every scope before it is launched. `bounds`: which limit made it no more. */
export type Reservation = Omit<Amounts, 'runs'> & {
  readonly bounds: Readonly<Record<Exclude<Measure, 'runs'>, Scope | 'run'>>;
};

/** A scope as it stands: what its limit was raised by, and what is spent or reserved in it. */
export type ScopeFacts = {
  readonly granted: Amounts;
  readonly used: Amounts;
  /** The part of the used money that no agent reported: runs that reported none count with their reservation. */
  readonly reckonedMicroUsd: number;
};

/** A limit that leaves too little for a run to be worth its start, or at which a run was ended. */
export type Crossing = {
  readonly scope: Scope | 'run';
  readonly measure: Measure;
  readonly used: number;
  /** With what people added to it. */
  readonly limit: number;
  /** What one answer adds. */
  readonly step: number;
  readonly reckonedMicroUsd: number;
  /** Only an operator may add to it. */
  readonly isForOperators?: true;
};

export type Reserved =
  | { readonly outcome: 'reserved'; readonly reservation: Reservation }
  | { readonly outcome: 'crossed'; readonly crossing: Crossing };

/** A run with less than this part of what a run may use would most likely be ended in the middle of its work. */
const USEFUL_PART = 10;

/** Decides in one step what a run may use; whoever asks stores the answer before anybody else asks. */
export function reserve({ run, limits, multipleMax }: Budgets, facts: Readonly<Record<Scope, ScopeFacts>>): Reserved {
  for (const scope of scopes) {
    for (const measure of measures) {
      const { granted, used, reckonedMicroUsd } = facts[scope];
      const step = limits[scope][measure];
      const limit = step + granted[measure];
      const least = measure === 'runs' ? 1 : Math.ceil(run[measure] / USEFUL_PART);
      if (limit - used[measure] >= Math.min(least, step)) continue;
      const crossing = { scope, measure, used: used[measure], limit, step, reckonedMicroUsd };
      const isForOperators = needsOperator(crossing, multipleMax);
      return { outcome: 'crossed', crossing: isForOperators ? { ...crossing, isForOperators } : crossing };
    }
  }
  const parts = (['costMicroUsd', 'tokens', 'agentMs'] as const).map((measure) => {
    const all: readonly { readonly bound: Scope | 'run'; readonly amount: number }[] = [
      { bound: 'run', amount: run[measure] },
      ...scopes.map((scope) => ({
        bound: scope,
        amount: limits[scope][measure] + facts[scope].granted[measure] - facts[scope].used[measure],
      })),
    ];
    return { measure, ...all.reduce((least, one) => (one.amount < least.amount ? one : least)) };
  });
  const [cost, tokens, time] = parts;
  if (!cost || !tokens || !time) throw new Error('There are three measures of a run.');
  return {
    outcome: 'reserved',
    reservation: {
      ...{ costMicroUsd: cost.amount, tokens: tokens.amount, agentMs: time.amount },
      bounds: { costMicroUsd: cost.bound, tokens: tokens.bound, agentMs: time.bound },
    },
  };
}

/**
 * What all repositories share only an operator raises: else whoever may write in one of them could spend what others need.
 * A session and a repository people may raise themselves, to `multipleMax` times their size. Another run after one that
 * used up its own budget is raised by nothing: it takes from the session's.
 */
function needsOperator(
  { scope, limit, step }: Pick<Crossing, 'scope' | 'limit' | 'step'>,
  multipleMax: number,
): boolean {
  return scope === 'server-day' || (scope !== 'run' && limit + step > step * multipleMax);
}

/** What an ended run counts with from now on. */
export type Settlement = Omit<Amounts, 'runs'> & { readonly reckonedMicroUsd: number };

/**
 * What a run used, unknown parts reckoned: one that reported no cost counts with all the money that was reserved for it, and
 * tokens that were not reported in proportion to the money. A null spend is one of which nothing is known.
 */
export function settle(reservation: Reservation, spend: Spend | null): Settlement {
  const cost = spend?.costMicroUsd ?? null;
  const costMicroUsd = cost ?? reservation.costMicroUsd;
  const share = Math.min(1, costMicroUsd / reservation.costMicroUsd);
  return {
    costMicroUsd,
    tokens: spend?.tokens ?? Math.ceil(reservation.tokens * share),
    agentMs: spend?.agentMs ?? reservation.agentMs,
    reckonedMicroUsd: cost === null ? reservation.costMicroUsd : 0,
  };
}

/** Which limit a run was ended at by its host, and what one answer adds: as much as it had, for another run. */
export function crossingOf(reservation: Reservation, spend: Spend): Crossing {
  const isMoney = spend.costMicroUsd !== null && spend.costMicroUsd >= reservation.costMicroUsd;
  const measure = isMoney || spend.tokens === null ? 'costMicroUsd' : 'tokens';
  const limit = reservation[measure];
  return {
    scope: reservation.bounds[measure],
    ...{ measure, limit, step: limit },
    used: spend[measure] ?? limit,
    reckonedMicroUsd: 0,
  };
}

const DAY_MS = 86_400_000;

/** The day in UTC, counted from 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** When the budgets of that instant's day are new again, epoch ms; null for a scope without days. */
export function renewsAt(scope: Crossing['scope'], at: number): number | null {
  return scope === 'repository-day' || scope === 'server-day' ? (dayOf(at) + 1) * DAY_MS : null;
}
