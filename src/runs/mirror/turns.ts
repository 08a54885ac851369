import type { Clock } from '../../lib/clock.ts';
import { TransientError } from '../../lib/errors.ts';

/** Runs `work` when all that was asked for the same key before has ended, well or not. */
export type Turns = <Result>(
  place: { readonly key: string; readonly now: Clock },
  work: () => Promise<Result>,
) => Promise<Result>;

const WAITING_MAX = 64; // more than the jobs that a server does at once; each waits for one git call with a time limit of its own
const RETRY_AFTER_MS = 30_000; // a git call that holds up so many is a large fetch

/** One at a time for each key, in the order of asking. Beyond the bound it throws a `TransientError`. */
export function createTurns(): Turns {
  const lines = new Map<string, { waiting: number; last: Promise<unknown> }>();
  return async ({ key, now }, work) => {
    const line = lines.get(key) ?? { waiting: 0, last: Promise.resolve() };
    if (line.waiting >= WAITING_MAX) {
      throw new TransientError('Too much waits for one repository.', { retryAt: now() + RETRY_AFTER_MS });
    }
    lines.set(key, line);
    line.waiting += 1;
    const result = line.last.then(work);
    line.last = result.catch(() => null);
    try {
      return await result;
    } finally {
      line.waiting -= 1;
      if (line.waiting === 0) lines.delete(key);
    }
  };
}
