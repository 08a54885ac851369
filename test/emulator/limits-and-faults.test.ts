import { expect, test } from 'vitest';

import { git, openWorld, refusal, shop } from './world.ts';

const repo = 'acme/shop';
const issue = { ...shop, issue_number: 1 };

test('an unchanged answer is 304 and costs nothing', async () => {
  const { asBot, emulator } = await openWorld();
  const first = await asBot.issues.get(issue);
  const { etag } = first.headers;
  expect(etag).toMatch(/^W\/"/);
  const before = Number(first.headers['x-ratelimit-remaining']);
  expect(await refusal(asBot.issues.get({ ...issue, headers: { 'if-none-match': etag! } }))).toBe(304);
  await emulator.control.act({ as: 'ada', do: 'comment', repo, number: 1, body: 'x' });
  const changed = await asBot.issues.get({ ...issue, headers: { 'if-none-match': etag! } });
  expect(changed.status).toBe(200);
  expect(Number(changed.headers['x-ratelimit-remaining'])).toBe(before - 1);
  expect(changed.headers['x-github-request-id']).toMatch(/^[0-9A-F]+$/);
});

test('the primary limit refuses, and says until when', async () => {
  const { as, emulator } = await openWorld();
  const ada = as('ada');
  emulator.control.setLimits({ core: 2 });
  await ada.issues.get(issue);
  await ada.issues.get(issue);
  const outcome: unknown = await ada.issues.get(issue).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ status: 403, response: { headers: { 'x-ratelimit-remaining': '0' } } });
  const { data } = await ada.rateLimit.get();
  expect(data.resources.core).toMatchObject({ limit: 2, remaining: 0 });
  expect(emulator.control.meters().find(({ owner }) => owner === 'user ada')).toMatchObject({ refused: 1 });
  emulator.control.advanceClock(61 * 60 * 1000);
  await ada.issues.get(issue);
});

test('an error before the effect leaves nothing, one after it leaves everything', async () => {
  const { asBot, emulator } = await openWorld();
  const { control } = emulator;
  const say = (body: string) => asBot.issues.createComment({ ...issue, body, request: { retries: 0 } });
  control.addFault({ kind: 'status', method: 'POST', path: '/repos/*/*/issues/*/comments', status: 502 });
  expect(await refusal(say('before'))).toBe(502);
  control.addFault({
    kind: 'status',
    method: 'POST',
    path: '/repos/*/*/issues/*/comments',
    status: 502,
    when: 'after',
  });
  expect(await refusal(say('after'))).toBe(502);
  expect(control.thread(repo, 1).comments.map(({ body }) => body)).toEqual(['after']);
  control.addFault({ kind: 'reset', method: 'POST', when: 'after' });
  await expect(say('cut off')).rejects.toThrow('other side closed');
  expect(control.thread(repo, 1).comments.map(({ body }) => body)).toEqual(['after', 'cut off']);
  control.addFault({ kind: 'status', status: 429, retryAfterSeconds: 7 });
  const limited: unknown = await asBot.issues.get(issue).catch((error: unknown) => error);
  expect(limited).toMatchObject({ status: 429, response: { headers: { 'retry-after': '7' } } });
  expect(control.faults().every(({ struck }) => struck === 1)).toBe(true);
  expect(emulator.requests().filter(({ status }) => status === 0)).toHaveLength(1);
});

test('a stale list lacks what is new, and a cut answer is no JSON', async () => {
  const { asBot, emulator } = await openWorld();
  await asBot.issues.createComment({ ...issue, body: 'new' });
  emulator.control.addFault({ kind: 'stale', path: '/repos/*/*/issues/*/comments', ms: 60_000 });
  expect((await asBot.issues.listComments(issue)).data).toEqual([]);
  expect((await asBot.issues.listComments(issue)).data).toHaveLength(1);
  emulator.control.addFault({ kind: 'cut', bytes: 20 });
  await expect(fetch(`${emulator.url}/repos/acme/shop/issues/1`).then((answer) => answer.json())).rejects.toThrow(
    'terminated',
  );
});

test('git fails too', async () => {
  const { emulator, directory } = await openWorld();
  const work = await directory();
  emulator.control.addFault({ kind: 'status', path: '/acme/shop.git/**', status: 503 });
  const clone = () => git(work, 'clone', '--quiet', `${emulator.url}/acme/shop.git`, 'shop');
  await expect(clone()).rejects.toThrow('503');
  await clone();
});

test('deliveries are dropped, doubled and overtaken', async () => {
  const { emulator, received, names } = await openWorld();
  const { control } = emulator;
  const comment = (body: string) => control.act({ as: 'ada', do: 'comment', repo, number: 1, body });
  control.addFault({ kind: 'drop-delivery', event: 'issue_comment', isLogged: false });
  await comment('dropped');
  await emulator.settled();
  expect(received).toEqual([]);
  control.addFault({ kind: 'duplicate-delivery' });
  await comment('doubled');
  await emulator.settled();
  expect(received).toHaveLength(2);
  expect(new Set(received.map(({ guid }) => guid)).size).toBe(1);
  control.addFault({ kind: 'reorder-delivery', event: 'issue_comment' });
  await comment('overtaken');
  await control.act({ as: 'ada', do: 'close-issue', repo, number: 1 });
  await emulator.settled();
  expect(names().slice(-2)).toEqual(['issues.closed', 'issue_comment.created']);
});
