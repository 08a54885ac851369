import { expect, onTestFinished, test } from 'vitest';

import { startReeve } from '../reeve.ts';
import { createServer } from '../reeve/server.ts';

test.each([
  ['work,run', 404],
  ['web', 401],
])('a server with the role %s answers an unsigned delivery with %i, and for its health', async (roles, status) => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  await reeve.stop();
  const server = createServer(reeve.environment, ['--role', roles]);
  onTestFinished(() => server.kill9());
  const url = await server.start();
  const delivery = { method: 'POST', body: '{}', headers: { 'x-github-event': 'issues', 'x-github-delivery': 'd-1' } };
  expect((await fetch(`${url}/api/github/webhooks`, delivery)).status).toBe(status);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
});
