import { signRules } from './signs.ts';
import type { Suspicion } from './suspicion.ts';

export const MASS_RUNS_MIN = 5; // fewer may well die of one cause
export const MASS_WINDOW_MS = 60_000; // what has one cause comes within a minute; several looks fit into it
/** So long nobody is ended. Deaths that still look the same then are real: an OOM killer, an operator's `pkill`. */
export const MASS_HOLD_MS = 5 * 60_000;

/**
 * Whether a run that would be believed dead is to be spared for now, because at least five, and more than half of those at
 * work, look dead within one minute. `others`: the suspicions of other runs at work. `atWork`: all of them, this one included.
 */
export function isMassDeath(
  one: Suspicion,
  { others, atWork, now }: { readonly others: readonly Suspicion[]; readonly atWork: number; readonly now: number },
): boolean {
  if (!signRules[one.sign].isMassable || now >= one.since + MASS_HOLD_MS) return false;
  const together = others.filter(
    ({ runId, sign, since }) =>
      runId !== one.runId && signRules[sign].isMassable && Math.abs(since - one.since) <= MASS_WINDOW_MS,
  );
  const dead = together.length + 1;
  return dead >= MASS_RUNS_MIN && dead * 2 > atWork;
}

/** The runs that are spared at present. */
export function spared(suspicions: readonly Suspicion[], now: number): readonly Suspicion[] {
  return suspicions.filter((one) => one.heldAt !== null && !one.isBelieved && now < one.since + MASS_HOLD_MS);
}
