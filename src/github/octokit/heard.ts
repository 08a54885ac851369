import type { Heard } from '../../domain/limits/heed.ts';

const LIMITED_MS_MAX = 3_600_000; // GitHub's longest window

/** What GitHub answered, read but not yet checked. */
export type Answer = {
  readonly status: number;
  readonly data: unknown;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
};

/** An answer as far as limits go; `message` is empty when it did not refuse. */
export type Answered = Pick<Answer, 'status' | 'headers'> & { readonly message: string };

/** What an answer says about limits, in our own time. */
export function heardIn(answered: Answered, now: number): Heard {
  const { status, headers } = answered;
  const [limit, remaining] = [numberIn(headers, 'x-ratelimit-limit'), numberIn(headers, 'x-ratelimit-remaining')];
  const resetAt = resetIn(headers, now);
  const resource = String(headers['x-ratelimit-resource'] ?? 'core');
  const primary =
    limit === null || remaining === null || resetAt === null ? null : { limit, remaining, resetAt, resource };
  return { limited: limitIn(answered, now), primary, isFree: status === 304 };
}

/** The limit that a refusal is about, with what it says of its end; null when it is a refusal of another kind. */
export function limitIn({ status, headers, message }: Answered, now: number): { readonly until: number | null } | null {
  const isOut = String(headers['x-ratelimit-remaining']) === '0';
  const retryAfter = headers['retry-after'];
  const isLimited =
    status === 429 || (status === 403 && (retryAfter !== undefined || isOut || /rate limit/i.test(message)));
  if (!isLimited) return null;
  const reset = isOut ? resetIn(headers, now) : null;
  const until = retryAfter === undefined ? reset : retryAfterAt(String(retryAfter), now);
  if (until === null || Number.isNaN(until) || until <= now) return { until: null };
  return { until: Math.min(until, now + LIMITED_MS_MAX) };
}

/** GitHub tells an instant by its own clock, and with `date` what that says: only the time between them is ours too. */
function resetIn(headers: Answered['headers'], now: number): number | null {
  const reset = numberIn(headers, 'x-ratelimit-reset');
  if (reset === null) return null;
  const date = Date.parse(String(headers['date'] ?? ''));
  return Number.isNaN(date) ? reset * 1000 : now + reset * 1000 - date;
}

/** Seconds, or a date. */
function retryAfterAt(value: string, now: number): number {
  return /^\d+$/.test(value) ? now + Number(value) * 1000 : Math.max(now, Date.parse(value));
}

function numberIn(headers: Answered['headers'], name: string): number | null {
  const value = headers[name];
  return value === undefined || !/^\d+$/.test(String(value)) ? null : Number(value);
}
