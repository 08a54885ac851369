import { expect, test } from 'vitest';

import type { Place } from './place.conformance.ts';

/** How far we have come, and what was heard already. */
export function describeCursors({ store, reopen }: Place): void {
  test('a new store knows when it was made, and goes on knowing it', async () => {
    const madeAt = await store().cursors.get('home');
    expect(Math.abs(Date.now() - (madeAt ?? 0))).toBeLessThan(60_000);
    expect(await (await reopen()).cursors.get('home')).toBe(madeAt);
    expect(await store().cursors.get('compared')).toBeGreaterThanOrEqual(madeAt ?? 0);
    expect(await store().cursors.get('sweep')).toBeNull();
  });

  test('a cursor moves forward only, and stays where it is when the store is opened again', async () => {
    await store().cursors.advance('sweep', 20);
    await store().cursors.advance('sweep', 10);
    await store().cursors.advance('comments/5', 7);
    const reopened = await reopen();
    expect(await reopened.cursors.get('sweep')).toBe(20);
    expect(await reopened.cursors.get('comments/5')).toBe(7);
  });

  test('a fact is heard once it was marked, and that is kept', async () => {
    expect(await store().facts.isHeard('comment:1')).toBe(false);
    await store().facts.markHeard('comment:1', 1);
    await store().facts.markHeard('comment:1', 1);
    const reopened = await reopen();
    expect(await reopened.facts.isHeard('comment:1')).toBe(true);
    expect(await reopened.facts.isHeard('comment:2')).toBe(false);
  });
}
