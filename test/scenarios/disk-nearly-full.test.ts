import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';
import { createServer } from '../reeve/server.ts';

test('while the disk has less free than it should, deliveries are refused and /readyz says why', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  expect(await reeve.deliver('star', {}, 'before')).toBe(202);
  await reeve.stop();
  const full = createServer({ ...reeve.environment, REEVE_DISK_FREE_MB: '999999999' });
  try {
    const url = await full.start();
    const readyz = async () => (await fetch(`${url}/readyz`)).json() as Promise<{ problems: string[] }>;
    const problems = async () => (await readyz()).problems.join();
    await expect.poll(problems, { timeout: 10_000 }).toContain('less than REEVE_DISK_FREE_MB'); // it looks once a second
    const delivery = {
      method: 'POST',
      body: '{}',
      headers: {
        ...{ 'x-github-event': 'star', 'x-github-delivery': 'now' },
        'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
      },
    };
    const answer = await fetch(`${url}/api/github/webhooks`, delivery);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30']);
  } finally {
    await full.stop();
  }
});
