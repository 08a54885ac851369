import { expect, test } from 'vitest';

import { nothingSpent, type LimitState } from '../../domain/limits/limits.ts';
import type { Place } from './place.conformance.ts';

const used: LimitState = {
  points: [{ at: 1000, cost: 5 }],
  content: [{ at: 1000, cost: 1 }],
  lastWriteAt: 1000,
  blockedUntil: 61_000,
  blocks: 1,
  primary: { core: { limit: 5000, remaining: 17, resetAt: 3_600_000 } },
};

/** What was used of GitHub's limits. */
export function describeLimits({ store, reopen }: Place): void {
  test('nothing is known of an account that sent nothing', async () => {
    expect(await store().limits.load('installation 7')).toBeNull();
  });

  test('the latest counts, for its account alone, also after the store was opened again', async () => {
    await store().limits.save('installation 7', nothingSpent, 1);
    await store().limits.save('installation 7', used, 2);
    await store().limits.save('app', nothingSpent, 3);
    const { limits } = await reopen();
    expect(await limits.load('installation 7')).toEqual(used);
    expect(await limits.load('app')).toEqual(nothingSpent);
  });
}
