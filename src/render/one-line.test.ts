import { expect, test } from 'vitest';

import { oneLine } from './one-line.ts';

test.each([
  ['plain words, ünïcode 🦉', 'plain words, ünïcode 🦉'],
  ['  two\nlines\r\n\tand more ', 'two lines and more'],
  ['\u001b[31mred\u001b[0m', '\ufffd[31mred\ufffd[0m'],
  ['\u009b2J\u0000', '\ufffd2J\ufffd'],
  ['a\u202eb\u200bc', 'a\ufffdb\ufffdc'],
  ['\ud800', '\ufffd'],
])('%j becomes %j', (text, expected) => expect(oneLine(text, 40)).toBe(expected));

test('what is too long is cut between characters', () => {
  expect(oneLine('🦉'.repeat(100), 5)).toBe('🦉🦉🦉🦉…');
  expect(oneLine('x'.repeat(5), 5)).toBe('xxxxx');
});
