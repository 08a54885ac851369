import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';

import { createModelProxy, type ModelProxyOptions, type ModelRequest } from './model-proxy.ts';

const KEY = 'sk-real-key-of-the-server';
const BEARER = 'bearer-of-this-run';
type Seen = { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: string };

/** The proxy in front of a model that answers like this. */
async function open(answer: RequestListener, changes: Partial<ModelProxyOptions> = {}) {
  const seen: Seen[] = [];
  const model = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen.push({ url: request.url ?? '', headers: request.headers, body });
      answer(request, response);
    });
  });
  const urlOf = async (server: typeof model): Promise<string> => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const asked: ModelRequest[] = [];
  const proxy = createModelProxy({
    ...{ provider: 'anthropic', upstream: await urlOf(model), key: KEY, bearer: BEARER },
    ...{ price: null, tokensMax: null, costMicroUsdMax: null, onAsked: (one) => asked.push(one), ...changes },
  });
  const url = await urlOf(proxy);
  const ask = (path: string, headers: Record<string, string> = { 'x-api-key': BEARER }, method = 'POST') =>
    fetch(`${url}${path}`, { method, headers, ...(method === 'POST' ? { body: '{"model":"m"}' } : {}) });
  return { seen, asked, ask };
}

const says =
  (value: unknown, status = 200): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'set-cookie': 'a=b' });
    response.end(JSON.stringify(value));
  };
const streams =
  (...events: readonly unknown[]): RequestListener =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(`event: e\ndata: ${JSON.stringify(event)}\n\n`);
    response.end('data: [DONE]\n\n');
  };

test.each<[string, Record<string, string>, string]>([
  ['x-api-key', { 'x-api-key': BEARER }, ''],
  ['authorization', { authorization: `Bearer ${BEARER}` }, ''],
  ['x-goog-api-key', { 'x-goog-api-key': BEARER }, ''],
  ['the address', {}, `?key=${BEARER}&beta=true`],
])('the bearer in %s is taken off, and the real key is put on', async (_, headers, query) => {
  const { ask, seen } = await open(says({ usage: { input_tokens: 3, output_tokens: 4 } }));
  const answer = await ask(`/v1/messages${query}`, { ...headers, cookie: 'session=1' });
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
  expect(seen).toMatchObject([{ headers: { 'x-api-key': KEY }, body: '{"model":"m"}' }]);
  expect(JSON.stringify(seen)).not.toContain(BEARER);
  expect(seen[0]?.headers.cookie).toBeUndefined();
});

test.each([{}, { 'x-api-key': KEY }, { 'x-api-key': '' }, { authorization: `Bearer ${BEARER}x` }])(
  'whoever says %j is not let through',
  async (headers) => {
    const { ask, seen } = await open(says({}));
    expect((await ask('/v1/messages', headers)).status).toBe(401);
    expect(seen).toEqual([]);
  },
);

test.each(['/v1/files', '/v1/organizations/me', '/v1/messages/batches', '/v1/messages%2f..%2ffiles'])(
  '%s asks no model, and is not reached with our key',
  async (path) => {
    const { ask, seen } = await open(says({}));
    expect((await ask(path)).status).toBe(403);
    expect(seen).toEqual([]);
  },
);

test('a refusal of the key does not quote it', async () => {
  const { ask } = await open(says({ error: `Incorrect API key provided: ${KEY}` }, 401));
  const answer = await ask('/v1/messages');
  expect([answer.status, await answer.text()]).toEqual([401, expect.not.stringContaining(KEY)]);
});

test('a stream goes through as it comes, and its tokens are counted with their price', async () => {
  const events = [
    { type: 'message_start', message: { usage: { input_tokens: 100, output_tokens: 1 } } },
    { type: 'content_block_delta', delta: { text: '{"usage":{"input_tokens":999999}}' } },
    { type: 'message_delta', usage: { output_tokens: 50 } },
  ];
  const price = { input: 3_000_000, output: 15_000_000 };
  const { ask, asked } = await open(streams(...events), { price });
  expect(await (await ask('/v1/messages')).text()).toContain('message_delta');
  await expect
    .poll(() => asked)
    .toMatchObject([{ path: '/v1/messages', status: 200, tokens: 150, costMicroUsd: 1050 }]);
});

test('once the budget is used up no model is asked any more', async () => {
  const { ask, seen, asked } = await open(says({ usage: { input_tokens: 60, output_tokens: 50 } }), { tokensMax: 100 });
  await (await ask('/v1/messages')).text();
  await expect.poll(() => asked.length).toBe(1);
  const answer = await ask('/v1/messages');
  expect([answer.status, await answer.text()]).toEqual([402, expect.stringContaining('used 110 tokens of 100')]);
  expect(seen).toHaveLength(1);
});

test('a model that is not there is told as such', async () => {
  const { ask } = await open(says({}), { upstream: 'http://127.0.0.1:9' });
  expect((await ask('/v1/messages')).status).toBe(502);
});
