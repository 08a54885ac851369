import { expect, it } from 'vitest';
import { visible } from './visible.ts';

it.each([
  ['zero width', 'a\u200bb\u2060c\ufeff', 'abc'],
  ['direction', 'a\u202eb\u2066c', 'abc'],
  ['tag characters', 'a\u{e0041}\u{e007f}b', 'ab'],
  ['variation selectors', 'a\ufe0fb\u{e0100}', 'ab'],
  ['fillers', 'a\u3164b\u115fc\u00ad', 'abc'],
  ['private use', 'a\ue000b', 'ab'],
  ['controls', 'a\u0000b\u0007\u007f', 'ab'],
  ['terminal colours', '\u001b[31mred\u001b[0m', 'red'],
  ['half a character', 'a\ud83d', 'a\ufffd'],
  ['a joiner without emoji', 'a\u200db', 'ab'],
])('removes %s', (_, text, expected) => {
  expect(visible(text)).toBe(expected);
});

it('keeps joined emoji, letters of every script, tabs and line breaks', () => {
  expect(visible('👩🏽\u200d🚀 naïve 日本 עברית\tx\r\ny\u2028z')).toBe('👩🏽\u200d🚀 naïve 日本 עברית\tx\ny\nz');
});
