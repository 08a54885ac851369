import type { RunRecord } from '../domain/session/session.ts';

type Span = Pick<RunRecord, 'startedAt' | 'end'>;

/** From its slot until its session heard its end; until now while it lasts. Its agent works in a part of that. */
export function runMs({ startedAt, end }: Span, now: number): number {
  return Math.max(0, (end?.at ?? now) - startedAt);
}

/** What all runs together took: the sum of what each is told to have taken. */
export function runsMs(runs: readonly Span[], now: number): number {
  return runs.reduce((sum, run) => sum + runMs(run, now), 0);
}
