import fc from 'fast-check';
import { expect, test } from 'vitest';

import { printable } from './printable.ts';

test.each([
  ['lines\nand\ttabs, ünïcode, 鳥 🦉', 'lines\nand\ttabs, ünïcode, 鳥 🦉'],
  ['\u001b[2J\u001b]0;title\u0007', '␛[2J␛]0;title␇'],
  ['over\rwritten\b\u007f', 'over␍written␈␡'],
  ['\u009b31m and \u202eright to left\u2066', '�31m and �right to left�'],
  ['zero\u200bwidth\ufeff', 'zero�width�'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

const unit = fc.constantFrom(...Array.from('\u001b[2J\r\n\t\u0007\u009b\u202e\u200b\u2028\ufeff\ud800a🦉'));

test('nothing that acts on a terminal is left, wherever the text is cut', () => {
  fc.assert(
    fc.property(fc.string({ unit }), fc.nat(), (text, at) => {
      const cut = at % (text.length + 1);
      expect(printable(text.slice(0, cut)) + printable(text.slice(cut))).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
    }),
  );
});
