/** One measured value, and whether it is as good as we promise. */
export type Figure = {
  /** Such as `intake.ratio`; docs/performance.md and docs/guarantees.md use the same. */
  readonly id: string;
  readonly value: number;
  /** Such as `requests/s`, `ms`, `MiB`; empty for a ratio or a count. */
  readonly unit: string;
  /** In words: `≥ 1`, `0`; null for what is only reported. */
  readonly goal: string | null;
  readonly holds: boolean;
};

/** A figure that is promised to be at least or at most something. */
export function figure(
  id: string,
  value: number,
  goal: { readonly atLeast: number } | { readonly atMost: number } | null,
  unit = '',
): Figure {
  if (goal === null) return { id, value, unit, goal: null, holds: true };
  return 'atLeast' in goal
    ? { id, value, unit, goal: `≥ ${goal.atLeast}`, holds: value >= goal.atLeast }
    : { id, value, unit, goal: goal.atMost === 0 ? '0' : `≤ ${goal.atMost}`, holds: value <= goal.atMost };
}

/** What a program of figures prints at its end: one JSON document, or a table for people. */
export function renderFigures(figures: readonly Figure[], isJson: boolean): string {
  if (isJson) return `${JSON.stringify({ figures })}\n`;
  const width = Math.max(...figures.map(({ id }) => id.length));
  const line = ({ id, value, unit, goal, holds }: Figure): string =>
    `${holds ? 'ok  ' : 'MISS'} ${id.padEnd(width)}  ${value} ${unit}${goal === null ? '' : `  (goal ${goal})`}\n`;
  return figures.map(line).join('');
}

/** 0 if every figure holds. */
export function exitCodeOf(figures: readonly Figure[]): number {
  return figures.every(({ holds }) => holds) ? 0 : 1;
}
