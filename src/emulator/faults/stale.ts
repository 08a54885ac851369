/**
 * A list as a replica that lags behind would give it: without what was made after an instant (epoch ms). Items that do not say when they
 * were made stay.
 */
export function withoutRecent<T>(items: readonly T[], instant: number): readonly T[] {
  return items.filter((item) => !(madeAt(item) > instant));
}

function madeAt(item: unknown): number {
  if (typeof item !== 'object' || item === null) return 0;
  const times = Object.entries(item).filter(([key, value]) => madeKeys.has(key) && typeof value === 'string');
  return Math.max(0, ...times.map(([, value]) => Date.parse(String(value))));
}

const madeKeys = new Set(['created_at', 'submitted_at', 'started_at']);
