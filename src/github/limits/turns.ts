import { priorities, type Wanted } from '../../domain/limits/limits.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeaseLostError, messageOf } from '../../lib/errors.ts';
import { HeldBackError } from '../errors.ts';
import type { Account, Turn } from './account.ts';

const WAITING_MAX = 1_000; // requests in memory; whoever asks beyond it comes again
const SAVE_AGAIN_MS = 5_000; // the store could not be written; its disk may be full

/** The requests of one account, each sent in its turn. */
export type Turns = {
  /** Throws HeldBackError when the turn would come too late. */
  readonly take: (wanted: Wanted) => Promise<Turn>;
};

type Options = {
  readonly account: Account;
  readonly clock: Clock;
  readonly writeSpacingMs: number;
  readonly waitMsMax: number;
};

type Waiting = {
  readonly wanted: Wanted;
  /** Epoch ms; now, if the clock has been set back before it. */
  since: number;
  readonly go: () => void;
  readonly sendBack: (why: string, retryAt: number) => void;
  readonly fail: (error: LeaseLostError) => void;
};

/**
 * A queue by priority. A request that has to wait a moment holds up those behind it that cost as much or more, so that
 * nothing cheap or late eats what it waits for; one that has to wait long is sent back and holds up none.
 */
export function createTurns({ account, clock, writeSpacingMs, waitMsMax }: Options): Turns {
  let timer: NodeJS.Timeout | undefined;
  const waiting: Waiting[] = [];

  /** Admits whoever may go, sends back whoever would wait too long, and comes again for the rest. */
  const look = (): void => {
    clearTimeout(timer);
    const now = clock();
    const admitted: Waiting[] = [];
    const queue = createQueueView(now, writeSpacingMs);
    for (const one of [...waiting]) {
      one.since = Math.min(one.since, now); // else a clock that was set back would make it wait for as long
      const answer = queue.heldUntil(one.wanted) ?? account.admit(one.wanted);
      const isTooLate = answer !== 'admitted' && answer.waitUntil - one.since > waitMsMax;
      if (answer === 'admitted' || isTooLate) waiting.splice(waiting.indexOf(one), 1);
      if (answer === 'admitted') admitted.push(one);
      else if (isTooLate) one.sendBack('GitHub allows no more now', answer.waitUntil);
      else queue.waits(one.wanted, answer.waitUntil);
    }
    if (waiting.length > 0) timer = setTimeout(look, Math.max(1, queue.wakeAt() - now));
    if (admitted.length > 0) void send(admitted);
  };

  /** Counted in the store first: a crash must never forget what was sent. */
  const send = async (admitted: readonly Waiting[]): Promise<void> => {
    try {
      await account.save();
      for (const one of admitted) one.go();
    } catch (error) {
      account.giveBack(admitted.length);
      for (const one of admitted) {
        if (error instanceof LeaseLostError) one.fail(error);
        else one.sendBack(messageOf(error), clock() + SAVE_AGAIN_MS);
      }
    }
  };

  return {
    take: (wanted) =>
      new Promise((resolve, reject) => {
        const since = clock();
        const sendBack = (why: string, retryAt: number): void =>
          reject(new HeldBackError(`Requests of ${account.name} wait: ${why}.`, { retryAt }));
        if (waiting.length >= WAITING_MAX) return sendBack('too many wait already', since + waitMsMax);
        const one = { wanted, since, sendBack, fail: reject, go: () => resolve(account.begin(look)) };
        const after = waiting.findIndex((other) => rankOf(other.wanted) > rankOf(wanted));
        waiting.splice(after < 0 ? waiting.length : after, 0, one);
        return look();
      }),
  };
}

/** Who waits in front, as one goes through the queue from its head. */
function createQueueView(now: number, writeSpacingMs: number) {
  let isReadWaiting = false;
  let writesFreeAt: number | null = null;
  let earliest = Number.POSITIVE_INFINITY;
  return {
    /** Null: nobody in front of it holds it up. */
    heldUntil({ kind }: Wanted): { readonly waitUntil: number } | null {
      if (kind !== 'read' && writesFreeAt !== null) return { waitUntil: writesFreeAt };
      return isReadWaiting ? { waitUntil: Math.max(earliest, now + 1) } : null;
    },
    waits({ kind }: Wanted, until: number): void {
      earliest = Math.min(earliest, until);
      if (kind === 'read') isReadWaiting = true;
      else writesFreeAt = until + writeSpacingMs;
    },
    wakeAt: () => earliest,
  };
}

function rankOf({ priority }: Wanted): number {
  return priorities.indexOf(priority);
}
