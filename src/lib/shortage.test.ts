import { expect, test } from 'vitest';

import { errnoOf } from './shortage.ts';

const codes = ['EMFILE', 'ENOSPC'] as const;

test('an errno is found on the error, on a cause of it, and in what a program of ours printed', () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  expect(errnoOf(full, codes)).toBe('ENOSPC');
  expect(errnoOf(new Error('git could not be started', { cause: full }), codes)).toBe('ENOSPC');
  expect(errnoOf(new Error('git fetch: exit code 128: fatal: sha1 file: No space left on device'), codes)).toBe(
    'ENOSPC',
  );
});

test('what is none of them, or no error, is nothing', () => {
  expect(errnoOf(Object.assign(new Error('read'), { code: 'ENOENT' }), codes)).toBeNull();
  expect(errnoOf('ENOSPC', codes)).toBeNull();
});
