import { LeaseLostError, messageOf, TransientError } from '../../lib/errors.ts';
import { MovedError, RefusedError, UnknownOutcomeError } from '../errors.ts';
import { limitIn, type Answered } from './heard.ts';

const RETRY_AFTER_OUTAGE_MS = 5_000;
const RETRY_AFTER_LIMIT_MS = 60_000; // GitHub asks for at least a minute when it does not say how long
const RETRY_AFTER_MOVE_MS = 60_000; // until a delivery has told us the new name
const MESSAGE_CHARACTERS_MAX = 500;
const CAUSES_MAX = 5;

type Call = {
  /** Such as `POST /repos/{owner}/{repo}/labels`. */
  readonly route: string;
  readonly isWrite: boolean;
  readonly now: number;
};

/**
 * What a failed call means, in the terms of the GitHub port. Octokit's own error is left behind: it holds the whole request,
 * and causes end up in logs.
 */
export function failureOf(error: unknown, call: Call): unknown {
  const lost = leaseLost(error);
  if (lost) return lost;
  if (error instanceof TransientError) return error; // our own limiter's: nothing was sent
  const answer = answerOf(error);
  if (answer === null) return withoutAnswer(error, call);
  const { status } = answer;
  const message = `${call.route}: ${status} ${answer.message.slice(0, MESSAGE_CHARACTERS_MAX)}`;
  if (status >= 500 || status === 408) return outage(message, call);
  const limited = limitIn(answer, call.now);
  if (limited) {
    return new TransientError(message, { retryAt: limited.until ?? call.now + RETRY_AFTER_LIMIT_MS });
  }
  if (status === 401) return new TransientError(message, { retryAt: call.now + RETRY_AFTER_LIMIT_MS });
  return new RefusedError(message, { status });
}

/** Octokit wraps whatever is thrown where it would have sent. */
function leaseLost(error: unknown): LeaseLostError | null {
  const inner = error instanceof Error ? error.cause : null;
  return [error, inner].find((one) => one instanceof LeaseLostError) ?? null;
}

/** The answer was not what GitHub documents: a write may have happened all the same. */
export function unreadable(why: string, call: Call): Error {
  return outage(`${call.route}: the answer cannot be read: ${why.slice(0, MESSAGE_CHARACTERS_MAX)}`, call);
}

/** A call that was pointed elsewhere was not done: the repository or the issue has a new name or owner. */
export function moved(call: Call): Error {
  return new MovedError(`${call.route}: the repository has moved`, { retryAt: call.now + RETRY_AFTER_MOVE_MS });
}

/** The status of the answer that an error of Octokit's carries, or null. */
export function statusOf(error: unknown): number | null {
  return answerOf(error)?.status ?? null;
}

function withoutAnswer(error: unknown, call: Call): unknown {
  const codes = codesOf(error);
  const isNetwork = error instanceof Error && ['HttpError', 'AbortError'].includes(error.name);
  if (!isNetwork && !call.isWrite) return error; // a bug, not an outage
  const message = `${call.route}: ${[messageOf(error), ...codes].join(' ').slice(0, MESSAGE_CHARACTERS_MAX)}`;
  return outage(message, { ...call, isWrite: call.isWrite && !codes.some((code) => neverSent.has(code)) });
}

/** The connection was never made, so nothing was sent. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function outage(message: string, { isWrite, now }: Call): Error {
  return isWrite
    ? new UnknownOutcomeError(message)
    : new TransientError(message, { retryAt: now + RETRY_AFTER_OUTAGE_MS });
}

/** The answer that an error of Octokit's carries, or null. */
export function answerOf(error: unknown): Answered | null {
  if (!(error instanceof Error) || !('response' in error)) return null;
  const response = error.response as { readonly status?: unknown; readonly headers?: Answered['headers'] } | undefined;
  if (typeof response?.status !== 'number') return null;
  return { status: response.status, headers: response.headers ?? {}, message: error.message };
}

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  let cause = error;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') codes.push(cause.code);
    ({ cause } = cause);
  }
  return codes;
}
