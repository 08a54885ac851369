/** The value that this share of the values does not exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

const HUNDRED = 100;

/** To two digits after the point: more would be noise. */
export const rounded = (value: number): number => Math.round(value * HUNDRED) / HUNDRED;
