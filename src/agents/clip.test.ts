import { expect, test } from 'vitest';

import { clip, clipToLine } from './clip.ts';

test('a text is cut at its bound, and never in the middle of a character', () => {
  expect(clip('abc', 3)).toBe('abc');
  expect(clip('abcd', 3)).toBe('ab…');
  expect(clip('a😀bcd', 3)).toBe('a\ufffd…');
});

test('a line has no line ends and no control characters', () => {
  expect(clipToLine(' a\r\n\tb\u001b[31m\u0000c\u2028d ', 50)).toBe('a b [31m c d');
});
