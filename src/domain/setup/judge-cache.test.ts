import { expect, test } from 'vitest';

import { judgeSetupCache, SETUP_ENTRY_AGE_MS_MAX, type SetupEntryFacts } from './judge-cache.ts';

const HOUR_MS = 3_600_000;
const now = 1_800_000_000_000;
const entry = (name: string, changes: Partial<SetupEntryFacts> = {}): SetupEntryFacts => ({
  ...{ repositoryId: 1, name, kind: 'entry', mib: 10, madeAt: now - 3 * HOUR_MS, usedAt: now - 2 * HOUR_MS },
  ...changes,
});
const going = (entries: readonly SetupEntryFacts[], isDiskShort = false) =>
  judgeSetupCache(entries, { now, isDiskShort }).map(({ entry: { name }, why }) => `${name}: ${why}`);

test('what is in use stays, and what is of no use goes', () => {
  const entries = [
    entry('used'),
    entry('old', { madeAt: now - SETUP_ENTRY_AGE_MS_MAX, usedAt: now }),
    entry('draft', { kind: 'draft' }),
    entry('being made', { kind: 'draft', usedAt: now - 2 * HOUR_MS + 1 }),
    entry('strange', { kind: 'unreadable' }),
    entry('new and strange', { kind: 'unreadable', usedAt: now }),
  ];
  expect(going(entries)).toEqual(['old: too-old', 'draft: half-made', 'strange: unreadable']);
});

test('while the disk is short, only what was used within the hour stays', () => {
  const entries = [entry('idle', { usedAt: now - HOUR_MS }), entry('busy', { usedAt: now - HOUR_MS + 1 })];
  expect(going(entries, true)).toEqual(['idle: disk-short']);
  expect(going(entries)).toEqual([]);
});

test('beyond the bounds, what was used least recently goes first', () => {
  const used = (count: number, changes: (index: number) => Partial<SetupEntryFacts>) =>
    Array.from({ length: count }, (_, index) => entry(`${index}`, { usedAt: now - index, ...changes(index) }));
  expect(going(used(7, () => ({})))).toEqual(['5: too-many', '6: too-many']);
  expect(going(used(102, (index) => ({ repositoryId: index + 1 })))).toEqual(['100: too-many', '101: too-many']);
  // A small one that still has room stays, though a large one before it went.
  const large = used(8, (index) => ({ repositoryId: index + 1, mib: index === 7 ? 480 : 4000 }));
  expect(going(large)).toEqual(['5: too-large', '6: too-large']);
});
