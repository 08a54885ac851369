import { expect, test } from 'vitest';

import { shortageBackoffMs } from './shortage.ts';

test('each wait is longer, up to five minutes, and chance moves it by half', () => {
  expect([1, 2, 3].map((tries) => shortageBackoffMs(tries, 1))).toEqual([2_000, 4_000, 8_000]);
  expect([0, 0.5, 1].map((chance) => shortageBackoffMs(1, chance))).toEqual([1_000, 1_500, 2_000]);
  expect(shortageBackoffMs(1_000, 1)).toBe(300_000);
});
