import { expect, test } from 'vitest';

import { endsWithin } from './ends-within.ts';

test('says whether work ended in time, and waits no longer', async () => {
  expect(await endsWithin(10_000, Promise.resolve())).toBe(true);
  expect(await endsWithin(5, new Promise(() => {}))).toBe(false);
  await expect(endsWithin(10_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
