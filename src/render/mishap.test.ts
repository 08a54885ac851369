import { expect, test } from 'vitest';

import { TransientError, UserError } from '../lib/errors.ts';
import { launchMishap, publishMishap, startMishap } from './mishap.ts';

const run = '5-7-1-r1';
const config = 'fatal: could not lock config file /tmp/home/mirrors/1000008.git/config: File exists';

test.each([
  launchMishap(new Error(config), run),
  launchMishap(new TransientError(config, { retryAt: 1 }), run),
  launchMishap(new UserError('program-missing', config), run),
  startMishap('Its sandbox could not be made: bwrap: execvp /tmp/agents/agent.sh: Permission denied', run),
  startMishap('It could not be started: spawn /tmp/agents/agent.sh ENOENT', run),
  startMishap('Its run host failed: EROFS: read-only file system, open /tmp/home/runs/x', run),
  publishMishap(run),
])('tells where the detail is, and nothing of this machine: %s', (text) => {
  expect(text).not.toContain('/tmp');
  expect(text).toContain(`log has the detail under ${run}.`);
});

test('tells a missing program from a sandbox that failed', () => {
  expect(startMishap('Its sandbox could not be made: bwrap: execvp /a: Permission denied', run)).toMatch(
    /^The agent's program is missing on the server, or may not be executed there\. Somebody who operates the server/,
  );
  expect(startMishap("Its sandbox could not be made: bwrap: Can't find source path /w", run)).toMatch(/sandbox/);
});

test('keeps what its reader can mend', () => {
  expect(launchMishap(new UserError('not-found', 'Push one commit.'), run)).toBe('Push one commit.');
});
