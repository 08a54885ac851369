/** What a machine can run out of, as the operating system says it. */
export const shortages = {
  EAGAIN: 'processes',
  EMFILE: 'open files for this server',
  ENFILE: 'open files',
  ENOMEM: 'memory',
  ENOSPC: 'disk space',
  EDQUOT: 'disk space for this user',
} as const;
export type Shortage = keyof typeof shortages;

const BACKOFF_BASE_MS = 2_000;
const BACKOFF_MAX_MS = 300_000; // people free a disk in minutes and not in seconds
const DOUBLINGS_MAX = 16;

/**
 * How long nothing is launched after so many launches in a row that failed for want of something (1 for the first).
 * `chance` is from 0 up to 1: servers that share a machine must not come back together.
 */
export function shortageBackoffMs(inARow: number, chance: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.min(inARow - 1, DOUBLINGS_MAX));
  return Math.round(full / 2 + (full / 2) * chance);
}
