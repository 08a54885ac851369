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

test('the name of a file in a repository is no shortage, whatever it says', () => {
  const named = 'error: unable to create file No space left on device/x: File name too long\nfatal: Could not reset';
  expect(errnoOf(new Error(`git reset: exit code 128: ${named}`), codes)).toBeNull();
  const quoted = "error: invalid path 'x: No space left on device'";
  expect(errnoOf(new Error(`git reset: exit code 128: ${quoted}`), codes)).toBeNull();
});

test.each(['\n', ' '])('an errno is found with more said after it, behind %j', (between) => {
  const said = ['fatal: write error: No space left on device', 'fatal: index-pack failed'].join(between);
  expect(errnoOf(new Error(`Fetching the repository did not work: ${said}`), codes)).toBe('ENOSPC');
});
