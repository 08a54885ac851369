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
