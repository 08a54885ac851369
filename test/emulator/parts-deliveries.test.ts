import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Webhooks } from '@octokit/webhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { loadContract } from '../../src/emulator/contract.ts';
import { plainPlan, type DeliveryPlan } from '../../src/emulator/deliveries/plan.ts';
import { createDeliveries, type Deliveries, type Hook } from '../../src/emulator/deliveries.ts';

type Received = { headers: IncomingHttpHeaders; body: string };

let server: Server;
let received: Received[];
let status: number | 'silence';
let hook: Hook | null;
let plans: Partial<DeliveryPlan>[];
let timeoutMs: number;
let deliveries: Deliveries;

beforeEach(async () => {
  received = [];
  status = 202;
  plans = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      if (status !== 'silence') response.writeHead(status, { 'x-answer': 'yes' }).end('{"ok":1}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  hook = {
    id: 9,
    appId: 17,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    secret: 'secret',
  };
  timeoutMs = 10_000;
  deliveries = open();
});
afterEach(() => {
  deliveries.close();
  server.closeAllConnections();
  server.close();
});

function open(): Deliveries {
  return createDeliveries({
    clock: () => Date.UTC(2026, 0, 31),
    hook: () => hook,
    plan: () => ({ ...plainPlan, ...plans.shift() }),
    timeoutMs,
  });
}

function emit(action: string): string | null {
  return deliveries.emit({
    event: 'issues',
    action,
    installationId: 5,
    repositoryId: 7,
    payload: { action, text: 'ü' },
  });
}
const actions = () => received.map(({ body }) => JSON.parse(body).action as string);

test('sends what GitHub sends, and logs it', async () => {
  const guid = emit('opened');
  await deliveries.settled();
  expect(received[0]!.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
    'x-github-delivery': guid,
    'x-github-event': 'issues',
    'x-github-hook-id': '9',
    'x-github-hook-installation-target-id': '17',
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': expect.stringMatching(/^sha1=/),
  });
  const signature = received[0]!.headers['x-hub-signature-256'] as string;
  expect(await new Webhooks({ secret: 'secret' }).verify(received[0]!.body, signature)).toBe(true);
  const [item] = deliveries.list({ perPage: 30 }).items;
  expect(item).toMatchObject({
    guid,
    status: 'OK',
    status_code: 202,
    redelivery: false,
    event: 'issues',
    action: 'opened',
  });
  expect(deliveries.get(item!.id)).toMatchObject({
    request: { payload: { action: 'opened', text: 'ü' } },
    response: { payload: '{"ok":1}', headers: { 'x-answer': 'yes' } },
  });
});

test("list and delivery match GitHub's contract", async () => {
  emit('opened');
  await deliveries.settled();
  const contract = loadContract();
  const { items } = deliveries.list({ perPage: 30 });
  const path = '/app/hook/deliveries';
  expect(contract.responseProblems({ method: 'GET', path, status: 200, body: items })).toEqual([]);
  const one = { method: 'GET', path: `${path}/${items[0]!.id}`, status: 200, body: deliveries.get(items[0]!.id) };
  expect(contract.responseProblems(one)).toEqual([]);
});

test('keeps the order of emission and does not wait for answers', async () => {
  status = 'silence';
  for (let index = 0; index < 20; index += 1) emit(String(index));
  await vi.waitFor(() => expect(received).toHaveLength(20), { timeout: 10_000, interval: 5 });
  expect(deliveries.list({ perPage: 30 }).items).toEqual([]); // no answer has come
  expect(actions()).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
});

test('does not wait for an answer for ever', async () => {
  status = 'silence';
  timeoutMs = 50;
  deliveries = open();
  emit('opened');
  await deliveries.settled();
  expect(deliveries.list({ perPage: 1 }).items[0]).toMatchObject({ status: 'timed out', status_code: 504 });
});

test.each([
  ['an error of the receiver', () => (status = 503), { status: 'Invalid HTTP Response: 503', status_code: 503 }],
  ['a redirect', () => (status = 302), { status: 'Invalid HTTP Response: 302', status_code: 302 }],
  ['nobody there', () => server.close(), { status: 'failed to connect to host', status_code: 502 }],
  ['a broken URL', () => (hook = { ...hook!, url: 'nonsense' }), { status: 'failed to connect to host' }],
])('%s fails, is tried once, and can be sent again', async (_, breakIt, expected) => {
  breakIt();
  const guid = emit('opened');
  await deliveries.settled();
  const { items } = deliveries.list({ perPage: 30, status: 'failure' });
  expect(items).toMatchObject([{ guid, ...expected, redelivery: false }]);
  expect(deliveries.redeliver(items[0]!.id)).toBe(true);
  await deliveries.settled();
  const [again] = deliveries.list({ perPage: 30 }).items;
  expect(again).toMatchObject({ guid, redelivery: true });
  expect(again!.id).toBeGreaterThan(items[0]!.id);
  expect(deliveries.redeliver(1)).toBe(false);
});

test('pages by cursor while more arrive', async () => {
  for (const action of ['a', 'b', 'c']) {
    emit(action);
    await deliveries.settled();
  }
  const first = deliveries.list({ perPage: 2 });
  expect(first.items.map(({ action }) => action)).toEqual(['c', 'b']);
  emit('d');
  await deliveries.settled();
  const second = deliveries.list({ perPage: 2, cursor: first.nextCursor! });
  expect(second).toMatchObject({ items: [{ action: 'a' }], nextCursor: null });
});

test('sends nothing without a hook, nor more than 25 MB', async () => {
  const payload = { text: 'x'.repeat(25 * 1024 * 1024) };
  expect(deliveries.emit({ event: 'push', action: null, installationId: 5, repositoryId: 7, payload })).toBeNull();
  hook = null;
  expect(emit('opened')).toBeNull();
  await deliveries.settled();
  expect(received).toEqual([]);
});

describe('on a bad way', () => {
  test('a lost one leaves no trace, a dropped one is logged as failed', async () => {
    plans = [{ copies: 0, isLogged: false }, { copies: 0 }, {}];
    for (const action of ['lost', 'dropped', 'good']) emit(action);
    await deliveries.settled();
    expect(actions()).toEqual(['good']);
    expect(deliveries.list({ perPage: 30, status: 'failure' }).items).toMatchObject([{ action: 'dropped' }]);
    expect(deliveries.list({ perPage: 30 }).items).toHaveLength(2);
  });

  test('one comes twice with the same GUID', async () => {
    plans = [{ copies: 2 }];
    const guid = emit('opened');
    await deliveries.settled();
    expect(received.map(({ headers }) => headers['x-github-delivery'])).toEqual([guid, guid]);
  });

  test('one is overtaken', async () => {
    plans = [{ holdMs: 5000 }, {}];
    emit('first');
    emit('second');
    await deliveries.settled();
    expect(actions()).toEqual(['second', 'first']);
  });

  test('one comes late, and nothing is settled before', async () => {
    plans = [{ delayMs: 50 }, {}];
    emit('late');
    emit('early');
    await deliveries.settled();
    expect(actions()).toEqual(['early', 'late']);
  });
});
