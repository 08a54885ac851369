import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
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
    onTestFinished(() => server.close().closeAllConnections());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const asked: ModelRequest[] = [];
  const proxy = createModelProxy({
    ...{ provider: 'anthropic', upstream: await urlOf(model), key: KEY, bearer: BEARER },
    ...{ price: null, tokensMax: null, costMicroUsdMax: null, used: { tokens: 0, costMicroUsd: 0 } },
    ...{ onAsked: (one) => asked.push(one), ...changes },
  });
  const url = await urlOf(proxy);
  const ask = (path: string, headers: Record<string, string> = { 'x-api-key': BEARER }, method = 'POST') =>
    fetch(`${url}${path}`, { method, headers, ...(method === 'POST' ? { body: '{"model":"m"}' } : {}) });
  /** What it answers to bytes that no decent program sends. */
  const say = async (bytes: string): Promise<string> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    socket.write(bytes);
    await once(socket, 'close');
    return answer.split('\r\n')[0] ?? '';
  };
  return { seen, asked, ask, say, port: Number(new URL(url).port) };
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

test('no answer quotes the key, in its words or beside them', async () => {
  const { ask } = await open((_, response) => {
    response.writeHead(400, { 'content-type': 'text/plain', 'x-asked-with': KEY, 'x-other': 'kept' });
    response.end(`I was asked with ${KEY}.`);
  });
  const answer = await ask('/v1/messages');
  expect([answer.status, await answer.text()]).toEqual([400, 'I was asked with [redacted].']);
  expect([answer.headers.get('x-asked-with'), answer.headers.get('x-other')]).toEqual([null, 'kept']);
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

test.each(['//', 'http://[', 'http://a:b@:x/v1/messages', '/\\\\[', 'http://169.254.169.254/v1/files'])(
  'an address like %s brings nothing down',
  async (address) => {
    const { say, ask, seen } = await open(says({}));
    expect(await say(`GET ${address} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)).toBe(
      'HTTP/1.1 401 Unauthorized',
    );
    const known = `GET ${address} HTTP/1.1\r\nhost: a\r\nx-api-key: ${BEARER}\r\nconnection: close\r\n\r\n`;
    expect(await say(known)).toBe('HTTP/1.1 403 Forbidden');
    expect((await ask('/v1/messages')).status).toBe(200);
    expect(seen).toHaveLength(1);
  },
);

test.each(['TRACE /v1/models', 'CONNECT a:443', 'OPTIONS *', 'PUT /v1/messages', 'DELETE /v1/models/m'])(
  '%s reaches nothing',
  async (line) => {
    const { say, seen } = await open(says({}));
    const answer = await say(`${line} HTTP/1.1\r\nhost: a\r\nx-api-key: ${BEARER}\r\nconnection: close\r\n\r\n`);
    expect(answer).not.toContain('200');
    expect(seen).toEqual([]);
  },
);

test('a whole address goes to the model, wherever it says that it is', async () => {
  const { say, seen } = await open(says({}));
  const head = `host: a\r\nx-api-key: ${BEARER}\r\nconnection: close\r\n`;
  expect(await say(`GET http://127.0.0.1:9/v1/models HTTP/1.1\r\n${head}\r\n`)).toBe('HTTP/1.1 200 OK');
  expect(await say(`GET //127.0.0.1:9/v1/models HTTP/1.1\r\n${head}\r\n`)).toBe('HTTP/1.1 200 OK');
  expect(seen.map(({ url }) => url)).toEqual(['/v1/models', '/v1/models']);
});

test('two lengths of one body are no request', async () => {
  const { say, seen } = await open(says({}));
  const head = `host: a\r\nx-api-key: ${BEARER}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n`;
  const second = `GET /v1/files HTTP/1.1\r\n\r\n`;
  expect(await say(`POST /v1/messages HTTP/1.1\r\n${head}\r\n0\r\n\r\n${second}`)).toBe('HTTP/1.1 400 Bad Request');
  expect(seen).toEqual([]);
});

test('the whole of a path is looked at, however long it is', async () => {
  const { ask, seen } = await open(says({}));
  const path = `/v1/models/${'a'.repeat(289)}%2f..%2f..%2ffiles`;
  expect((await ask(path, undefined, 'GET')).status).toBe(403);
  expect((await ask(`/v1/models/${'a'.repeat(400)}`, undefined, 'GET')).status).toBe(403);
  expect(seen).toEqual([]);
});

test('whoever is refused uses up nothing, and fills no record', async () => {
  const { ask, asked } = await open(says({ usage: { input_tokens: 1, output_tokens: 1 } }));
  for (let time = 0; time < 60; time += 1) await ask('/v1/messages', {});
  for (let time = 0; time < 60; time += 1) await ask('/v1/files');
  await (await ask('/v1/messages')).text();
  await expect.poll(() => asked.at(-1)?.status).toBe(200);
  expect(asked).toHaveLength(101);
});

test('connections that say nothing give way to one that does', async () => {
  const { ask, port } = await open(says({}));
  const silent = Array.from({ length: 80 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => silent.forEach((socket) => socket.destroy()));
  await expect.poll(() => silent.filter((socket) => socket.readyState === 'closed').length).toBe(80 - 64);
  expect((await ask('/v1/messages')).status).toBe(200);
});

test('headers that would make another request of it are not handed on', async () => {
  const { ask, seen } = await open(says({}), { provider: 'google' });
  const meddling = { 'x-http-method-override': 'DELETE', 'x-goog-user-project': 'other' };
  await ask('/v1beta/models/m:generateContent', { 'x-goog-api-key': BEARER, ...meddling });
  expect(seen[0]?.headers['x-goog-api-key']).toBe(KEY);
  expect(Object.keys(seen[0]?.headers ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/overr|proj/)]),
  );
});

test('a stream that is cut before it tells its tokens has used some', async () => {
  const delta = { type: 'content_block_delta', delta: { type: 'text_delta', text: 'x'.repeat(4000) } };
  const { ask, asked } = await open(
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const start = { type: 'message_start', message: { usage: { input_tokens: 7, output_tokens: 1 } } };
      for (const event of [start, delta]) response.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    { tokensMax: 50 },
  );
  const answer = await ask('/v1/messages');
  const reader = answer.body!.getReader();
  for (let seen = 0; seen < 4000;) seen += (await reader.read()).value!.length;
  await reader.cancel();
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]?.tokens).toBeGreaterThan(100);
  expect((await ask('/v1/messages')).status).toBe(402);
});

test('a stream that is asked not to tell its tokens has used some, and one that failed none', async () => {
  const chunk = { choices: [{ delta: { content: 'word' } }], padding: 'x'.repeat(200) };
  const untold = await open(streams(...Array<unknown>(100).fill(chunk)), { provider: 'openai' });
  await (await untold.ask('/v1/chat/completions', { authorization: `Bearer ${BEARER}` })).text();
  await expect.poll(() => untold.asked[0]?.tokens).toBeGreaterThan(80);
  const failed = await open(says({ error: 'overloaded' }, 529));
  await (await failed.ask('/v1/messages')).text();
  await expect.poll(() => failed.asked).toMatchObject([{ status: 529, tokens: 0 }]);
});

test('a question that nobody waited for was asked all the same', async () => {
  const { port, asked, seen } = await open(() => {});
  const socket = connect(port, '127.0.0.1');
  const body = 'x'.repeat(4000);
  socket.write(`POST /v1/messages HTTP/1.1\r\nhost: a\r\nx-api-key: ${BEARER}\r\ncontent-length: 4000\r\n\r\n${body}`);
  await expect.poll(() => seen.length).toBe(1);
  socket.destroy();
  await expect.poll(() => asked).toMatchObject([{ status: 499, tokens: 1000 }]);
});

test('a proxy that was started anew goes on with what its run has used', async () => {
  const { ask } = await open(says({}), { tokensMax: 100, used: { tokens: 100, costMicroUsd: 0 } });
  expect((await ask('/v1/messages')).status).toBe(402);
});

test('to count tokens uses none', async () => {
  const { ask, asked } = await open(says({ input_tokens: 5 }));
  await (await ask('/v1/messages/count_tokens')).text();
  await expect.poll(() => asked).toMatchObject([{ status: 200, tokens: 0 }]);
});
