import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';

import { deliveryId } from '../domain/ids.ts';
import { TransientError } from '../lib/errors.ts';
import type { ReadDelivery } from '../work/route-deliveries.ts';
import { createProbotApp } from './probot.ts';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});

const delivery = (changes: Partial<ReadDelivery> = {}): ReadDelivery => ({
  id: deliveryId('d-1'),
  event: 'issues',
  incoming: {
    kind: 'issue-labeled',
    repository: { id: 1, owner: 'acme', name: 'shop', defaultBranch: 'main', installationId: 2 },
    sender: { id: 3, login: 'mona', isBot: false },
    issue: { number: 4, title: 'Spelling error', isOpen: true },
    label: 'reeve:ready',
  },
  ...changes,
});

/** A Probot whose GitHub counts what it is asked. */
async function open(route: (delivery: ReadDelivery) => Promise<string>, level = 'trace') {
  const asked: string[] = [];
  const github = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await once(github, 'listening');
  onTestFinished(() => void github.close());
  const address = github.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const lines: string[] = [];
  const app = createProbotApp({
    appId: 1,
    privateKey: privateKey.toString(),
    apiUrl: `http://127.0.0.1:${port}`,
    log: pino({ level }, { write: (line: string) => void lines.push(line) }),
    route,
  });
  return { app, asked, lines };
}

test('a stored delivery is routed once, as it was stored, and asks nothing of GitHub', async () => {
  const routed: ReadDelivery[] = [];
  const { app, asked, lines } = await open(async (one) => (routed.push(one), 'heard'));
  const one = delivery();
  expect(await app.deliver(one)).toBe('heard');
  expect(routed).toEqual([one]);
  expect(routed[0]).toBe(one);
  expect(asked).toEqual([]);
  expect(lines.join('')).not.toContain('Spelling error');
});

test.each(['issues', 'issue_comment', 'pull_request', 'check_run', 'check_suite', 'push', 'ping', 'installation'])(
  'every event reaches the one handler: %s',
  async (event) => {
    const routed: string[] = [];
    const { app } = await open(async (one) => (routed.push(one.event), ''));
    await app.deliver(delivery({ event }));
    expect(routed).toEqual([event]);
  },
);

test('the very error of the routing rises, and no payload reaches the log with it', async () => {
  const failure = new TransientError('GitHub is away', { retryAt: 5 });
  const { app, lines } = await open(() => Promise.reject(failure));
  await expect(app.deliver(delivery())).rejects.toBe(failure);
  expect(failure).not.toHaveProperty('event');
  expect(lines.join('')).not.toContain('Spelling error');
});

test('two deliveries at once do not meet, and one that failed can come again', async () => {
  let isFailing = true;
  const { app } = await open(async ({ id }) => {
    if (id === 'bad' && isFailing) throw new Error('not yet');
    return '';
  });
  const results = await Promise.allSettled(['bad', 'good'].map((id) => app.deliver(delivery({ id: deliveryId(id) }))));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  isFailing = false;
  await app.deliver(delivery({ id: deliveryId('bad') }));
});
