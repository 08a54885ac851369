import { shortageBackoffMs, shortages, type Shortage } from '../domain/pool/shortage.ts';
import type { Logger } from '../lib/log.ts';
import { errnoOf } from '../lib/shortage.ts';

/** Whether this machine can take another run now. Kept in memory: after a restart it is found out anew. */
export type Capacity = {
  /** Why no run may start now, as a sentence; null when one may. */
  whyNot(now: number): string | null;
  /** A launch failed. For want of something: a sentence for the card, and until when none is launched (epoch ms); else null. */
  shortageIn(error: unknown, now: number): { readonly sentence: string; readonly until: number } | null;
  /** A launch went well. */
  launched(): void;
};

type Options = {
  /** Less of the disk is free than must be. */
  readonly isDiskFull: () => boolean;
  /** From 0 up to 1. */
  readonly chance: () => number;
  readonly log: Logger;
};

const codes = Object.keys(shortages) as Shortage[]; // Object.keys forgets which names there are
const DISK_FULL = 'This machine is short of disk space: less is free than REEVE_DISK_FREE_MB says.';

/** A shortage holds up all launches, each time for longer, and is told to the log once, as is its end. */
export function createCapacity({ isDiskFull, chance, log }: Options): Capacity {
  let short: { readonly sentence: string; readonly until: number; readonly inARow: number } | null = null;
  let wasDiskFull = false;
  const seeDisk = (): boolean => {
    const isFull = isDiskFull();
    if (isFull && !wasDiskFull) log.warn(`No run starts. ${DISK_FULL}`);
    if (!isFull && wasDiskFull) log.info('There is disk space again: runs start.');
    wasDiskFull = isFull;
    return isFull;
  };
  return {
    whyNot(now) {
      if (seeDisk()) return DISK_FULL;
      return short !== null && now < short.until ? short.sentence : null;
    },
    shortageIn(error, now) {
      const code = errnoOf(error, codes);
      if (code === null) return null;
      if (short !== null && now < short.until) return short; // of several at once the first one counts
      const inARow = (short?.inARow ?? 0) + 1;
      const sentence = `This machine is short of ${shortages[code]} (${code}).`;
      if (short === null) log.warn({ err: error }, `No run starts for a while: ${sentence}`);
      short = { sentence, until: now + shortageBackoffMs(inARow, chance()), inARow };
      return short;
    },
    launched() {
      if (short !== null) log.info('A run could be launched again: the shortage is over.');
      short = null;
    },
  };
}
