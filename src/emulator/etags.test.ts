import { expect, test } from 'vitest';

import { etagOf, isNotModified } from './etags.ts';

test('the same text has the same tag, another text another', () => {
  expect(etagOf('[]')).toMatch(/^W\/"[0-9a-f]{64}"$/);
  expect(etagOf('[]')).toBe(etagOf('[]'));
  expect(etagOf('[]')).not.toBe(etagOf('{}'));
});

test.each([
  [etagOf('a'), true],
  [etagOf('a').replace('W/', ''), true],
  [`"x", ${etagOf('a')}`, true],
  ['*', true],
  [etagOf('b'), false],
  ['', false],
  [undefined, false],
])('If-None-Match: %s', (header, expected) => {
  expect(isNotModified(header, etagOf('a'))).toBe(expected);
});
