import { expect, test } from 'vitest';

import { boundLooks } from './bound-looks.ts';

/** Looks that end when they are told to. */
function hangingLooks() {
  const started: string[] = [];
  const ends: ((seen: string) => void)[] = [];
  const look = (key: string): Promise<string> => {
    started.push(key);
    return new Promise((resolve) => ends.push(resolve));
  };
  return { started, look: boundLooks(look, 20), end: (seen: string) => ends.shift()?.(seen) };
}

test('a look gives what it sees, and what it throws', async () => {
  const look = boundLooks(async (key: string) => (key === 'bad' ? Promise.reject(new Error('bad')) : key), 60_000);
  expect(await look('good')).toBe('good');
  await expect(look('bad')).rejects.toThrow('bad');
});

test('one that hangs is given up, holds up no other, and is not started again before it ended', async () => {
  const { look, started, end } = hangingLooks();
  await expect(look('a')).rejects.toThrow('A look at a did not end within 0.02 s');
  await expect(look('a')).rejects.toThrow('did not end');
  const other = look('b');
  expect(started).toEqual(['a', 'b']);
  end('late');
  end('seen');
  expect(await other).toBe('seen');
  const again = look('a');
  end('new');
  expect(await again).toBe('new');
});
