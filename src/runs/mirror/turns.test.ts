import { expect, test } from 'vitest';

import { createTurns } from './turns.ts';

const at = (key: string) => ({ key, now: () => 1000 });

test('one at a time for a key, in order, and a failure holds nobody up', async () => {
  const inTurn = createTurns();
  const said: string[] = [];
  const work = (name: string) => async () => {
    said.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    said.push(`${name} ends`);
    if (name === 'a') throw new Error('broken');
    return name;
  };
  const results = await Promise.allSettled([
    inTurn(at('7'), work('a')),
    inTurn(at('7'), work('b')),
    inTurn(at('8'), work('c')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(said.indexOf('b begins')).toBeGreaterThan(said.indexOf('a ends'));
  expect(said.indexOf('c begins')).toBeLessThan(said.indexOf('a ends'));
});

test('a line that is too long is an outage, not a leak', async () => {
  const inTurn = createTurns();
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = Array.from({ length: 64 }, () => inTurn(at('7'), () => gate));
  await expect(inTurn(at('7'), () => gate)).rejects.toMatchObject({ name: 'TransientError', retryAt: 31_000 });
  open();
  await Promise.all(waiting);
  await expect(inTurn(at('7'), async () => 'again')).resolves.toBe('again');
});
