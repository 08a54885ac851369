import { expect, test } from 'vitest';

import { isCachePath } from './schema.ts';

test.each([
  ['node_modules', true],
  ['packages/a/node_modules', true],
  ['.venv', true],
  ['vendor/@scope+x', true],
  ['', false],
  ['/etc', false],
  ['../other', false],
  ['a/../../b', false],
  ['./a', false],
  ['a//b', false],
  ['a/', false],
  ['.git', false],
  ['.git/hooks', false],
  ['packages/a/.git', false],
  ['-rf', false],
  ['a*', false],
  ['!a', false],
  ['a b', false],
  ['a\nb', false],
])('%j is a path that may be kept: %s', (path, holds) => expect(isCachePath(path)).toBe(holds));
