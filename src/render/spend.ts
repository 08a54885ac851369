import type { Spend } from '../domain/run/run.ts';

const MICRO = 1_000_000;

/** `$0.42 · 12.3k tokens`, or null while nothing is known of either. */
export function spendText({ costMicroUsd, tokens }: Spend): string | null {
  const parts = [
    ...(costMicroUsd === null ? [] : [`$${(costMicroUsd / MICRO).toFixed(2)}`]),
    ...(tokens === null ? [] : [`${short(tokens)} tokens`]),
  ];
  return parts.length > 0 ? parts.join(' · ') : null;
}

function short(count: number): string {
  if (count < 1000) return String(count);
  return count < MICRO ? `${(count / 1000).toFixed(1)}k` : `${(count / MICRO).toFixed(1)}M`;
}
