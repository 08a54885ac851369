import { expect, test } from 'vitest';

import { programEnvironment } from './program-environment.ts';

test('programs get the little that they need and none of our secrets', () => {
  const env = {
    PATH: '/bin',
    LANG: 'C.UTF-8',
    WEBHOOK_SECRET: 'canary',
    PRIVATE_KEY: 'canary',
    GITHUB_TOKEN: 'canary',
    HTTPS_PROXY: 'http://me:canary@proxy:3128',
    NO_PROXY: 'localhost',
    HOME: '/root',
  };
  expect(programEnvironment(env)).toEqual({
    PATH: '/bin',
    HOME: '/root',
    LANG: 'C.UTF-8',
    NO_PROXY: 'localhost',
  });
  expect(programEnvironment({})).toEqual({ PATH: '/usr/local/bin:/usr/bin:/bin' });
});

test('a test may tell where run hosts die; the server keeps its own place to die for itself', () => {
  expect(programEnvironment({ PATH: '/bin', REEVE_CRASH: 'start.claimed', REEVE_CRASH_RUN: 'run.begun' })).toEqual({
    PATH: '/bin',
    REEVE_CRASH: 'run.begun',
  });
});
