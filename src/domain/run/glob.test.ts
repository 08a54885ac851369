import fc from 'fast-check';
import { expect, test } from 'vitest';

import { matchesGlob } from './glob.ts';

test.each([
  ['a', 'a', true],
  ['a', 'ab', false],
  ['a*', 'abc', true],
  ['a*', 'a/b', false],
  ['a/**', 'a/b/c', true],
  ['a/**', 'a', true],
  ['a/**', 'ab', false],
  ['**/x', 'a/b/x', true],
  ['*.ts', '.ts', true],
  ['a.b', 'axb', false],
  ['', '', true],
  ['**', '', true],
])('%j fits %j: %s', (pattern, text, fits) => {
  expect(matchesGlob(pattern, text)).toBe(fits);
});

test('every text fits itself and `**`, and many stars take no longer than few', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const plain = text.replaceAll('*', '+');
      expect([matchesGlob('**', text), matchesGlob(plain, plain)]).toEqual([true, true]);
    }),
  );
  expect(matchesGlob('*a'.repeat(500), 'a'.repeat(3000))).toBe(true);
});
