import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';

import { SECRET, startReeve, type Reeve } from '../reeve.ts';

const sign = (body: string | Buffer, secret = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

const total = async (reeve: Reeve): Promise<number> =>
  Object.values((await reeve.verify()).deliveries).reduce((sum, count) => sum + count, 0);

test('a delivery with a wrong signature, or none, is refused and leaves nothing', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const body = JSON.stringify({ action: 'labeled' });
  const headers = { 'x-github-event': 'issues', 'x-github-delivery': 'forged-1', 'content-type': 'application/json' };
  const post = async (more: Record<string, string>): Promise<number> =>
    (await fetch(reeve.webhookUrl(), { method: 'POST', body, headers: { ...headers, ...more } })).status;
  expect(await post({})).toBe(401);
  expect(await post({ 'x-hub-signature-256': sign(body, 'guessed') })).toBe(401);
  expect(await post({ 'x-hub-signature-256': sign(`${body} `) })).toBe(401);
  expect(await post({ 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` })).toBe(401);
  expect(await total(reeve)).toBe(0);
  expect(await post({ 'x-hub-signature-256': sign(body) })).toBe(202);
  expect(await total(reeve)).toBe(1);
});

test('a body over 25 MB is refused while it is read, whatever it says of its length', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  for (const isChunked of [false, true]) expect(await postBytes(reeve, 26 * 1024 * 1024, isChunked)).toBe(413);
  expect(await total(reeve)).toBe(0);
  await reeve.ada.labels(1); // and the server goes on
  await reeve.untilLabel(1, 'reeve:review');
});

test('what is not JSON and what nobody knows is accepted, stored and uninteresting', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  expect(await reeve.deliver('issues', 'this is no JSON', 'odd-1')).toBe(202);
  expect(await reeve.deliver('moon_phase', { action: 'full' }, 'odd-2')).toBe(202);
  expect(await reeve.deliver('issues', { action: 'labeled' }, 'odd-3')).toBe(202);
  expect(await reeve.deliver('issues', '[[[[{}]]]]', 'odd-4')).toBe(202);
  expect(await reeve.deliver('issue_comment', { action: 'created', comment: 7, issue: 'x' }, 'odd-5')).toBe(202);
  await reeve.calm();
  expect((await reeve.verify()).deliveries).toEqual({ waiting: 0, processed: 0, uninteresting: 5, 'set-aside': 0 });
});

/** Sends a signed body of so many bytes; gives the status of the answer. */
function postBytes(reeve: Reeve, bytes: number, isChunked: boolean): Promise<number | undefined> {
  const body = Buffer.alloc(bytes, 'a');
  return new Promise((resolve, reject) => {
    const post = request(reeve.webhookUrl(), {
      method: 'POST',
      headers: {
        ...{ 'x-github-event': 'issues', 'x-github-delivery': 'huge', 'x-hub-signature-256': sign(body) },
        ...(isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(bytes) }),
      },
    });
    post.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    post.once('error', reject);
    post.end(body);
  });
}
