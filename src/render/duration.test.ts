import { expect, it } from 'vitest';
import { duration, instant } from './duration.ts';

it.each([
  [400, 'under 1 s'],
  [45_000, '45 s'],
  [63_000, '1 min 3 s'],
  [25 * 60_000 + 3000, '25 min'],
  [65 * 60_000, '1 h 5 min'],
  [2 * 3_600_000, '2 h'],
  [51 * 3_600_000, '2 d 3 h'],
])('%i ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('instants are minutes in UTC', () => {
  expect(instant(Date.UTC(2026, 10, 20, 9, 12, 59))).toBe('2026-11-20 09:12 UTC');
});
