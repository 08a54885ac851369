import { expect, test } from 'vitest';

import { pathMatcher } from './path-matcher.ts';

test.each([
  ['src/a.ts', 'src/a.ts', true],
  ['src/a.ts', 'src/a_ts', false],
  ['src/*.ts', 'src/a.ts', true],
  ['src/*.ts', 'src/deep/a.ts', false],
  ['src/?.ts', 'src/ab.ts', false],
  ['**', 'any/thing/.at/all', true],
  ['src/**', 'src/deep/er/a.ts', true],
  ['src/**', 'other/src/a.ts', false],
  ['**/package.json', 'package.json', true],
  ['**/package.json', 'a/b/package.json', true],
  ['a/**/z', 'a/z', true],
  ['a/**/z', 'a/b/c/z', true],
  ['a/**/m/**/z', 'a/m/q/m/x/z', true],
  ['docs/', 'docs/a/b.md', true],
  ['docs/', 'docsx/a', false],
  ['.github/workflows/**', '.github/workflows/ci.yml', true],
  ['.github/workflows/**', '.GitHub/workflows/ci.yml', false],
  ['*', '.env', true],
  ['a+(b)', 'abb', false],
  ['!a', 'b', false],
  ['src/**', 'src/a\nb', true],
])('%s and %s: %s', (pattern, path, isMeant) => {
  expect(pathMatcher([pattern])(path)).toBe(isMeant);
});

test('several patterns mean what any of them means, and none mean nothing', () => {
  expect(pathMatcher(['a/*', 'b'])('b')).toBe(true);
  expect(pathMatcher([])('b')).toBe(false);
});
