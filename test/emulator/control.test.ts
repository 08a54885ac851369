import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { createEmulator } from '../../src/emulator/emulator.ts';
import { openWorld, seed } from './world.ts';

test('the levers work over HTTP', async () => {
  const { emulator, names, hooksUrl } = await openWorld();
  const pull = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(`${emulator.url}/_emulator/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  expect(await pull('GET', 'app')).toMatchObject({ status: 200, body: { id: 4711, slug: 'steward' } });
  await pull('PUT', 'webhook', { url: hooksUrl });
  const act = { as: 'ada', do: 'comment', repo: 'acme/shop', number: 1, body: 'Hello' };
  expect(await pull('POST', 'act', act)).toMatchObject({ status: 200, body: { body: 'Hello' } });
  expect(await pull('POST', 'act', { ...act, number: 9 })).toMatchObject({ status: 404 });
  expect(await pull('POST', 'act', { ...act, do: 'dance' })).toMatchObject({ status: 422 });
  await pull('POST', 'settle');
  expect(names()).toEqual(['issue_comment.created']);
  expect(await pull('GET', 'thread?repo=acme/shop&number=1')).toMatchObject({
    body: { comments: [{ body: 'Hello' }] },
  });
  expect(await pull('GET', 'threads?repo=acme/shop')).toMatchObject({ body: [{ number: 1, pull: null }] });
  expect(await pull('GET', 'check-runs?repo=acme/shop')).toMatchObject({ body: [] });
  expect(await pull('GET', 'threads?repo=no/where')).toMatchObject({ status: 404 });
  expect(await pull('GET', 'deliveries')).toMatchObject({ body: [{ event: 'issue_comment' }] });
  expect(await pull('POST', 'faults', { kind: 'delay', ms: 1 })).toEqual({ status: 200, body: { id: 1 } });
  expect(await pull('POST', 'faults', { kind: 'quake' })).toMatchObject({ status: 422 });
  expect(await pull('GET', 'faults')).toMatchObject({ body: [{ id: 1, left: 1 }] });
  await pull('DELETE', 'faults');
  expect(await pull('GET', 'faults')).toMatchObject({ body: [] });
  expect(await pull('POST', 'repositories', { owner: 'acme', name: 'second' })).toMatchObject({ status: 200 });
  const { body } = await pull('POST', 'tokens', { login: 'ada' });
  const { token } = body as { token: string };
  const asked = await fetch(`${emulator.url}/user`, { headers: { authorization: `token ${token}` } });
  expect(await asked.json()).toMatchObject({ login: 'ada' });
  expect(await pull('GET', 'requests')).toMatchObject({
    body: [{ method: 'GET', path: '/user', status: 200, actor: 'ada' }],
  });
  await pull('PUT', 'limits', { core: 10 });
  await pull('POST', 'clock', { advanceMs: 1000 });
  expect(await pull('GET', 'meters')).toMatchObject({ body: [{ owner: 'user ada', requests: 1 }] });
  expect(await pull('GET', 'nonsense')).toMatchObject({ status: 404 });
});

test('a thread can be had as text, without what only programs read', async () => {
  const { emulator } = await openWorld();
  const say = (as: string, body: string) =>
    emulator.control.act({ as, do: 'comment', repo: 'acme/shop', number: 1, body });
  await say('ada', 'Is it **2**?');
  await say('tom', '<!-- for programs\nonly -->\n<details><summary>Why</summary>\n\nIt is.\n</details>');
  const answer = await fetch(`${emulator.url}/_emulator/thread?repo=acme/shop&number=1&format=text`);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect((await answer.text()).replaceAll(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'THEN')).toBe(
    [
      '#1 The price is wrong',
      'open issue, opened by ada; labels: bug',
      ...['', 'It should be 2.', ''],
      ...['--- ada, THEN', '', 'Is it **2**?', ''],
      ...['--- tom, THEN', '', 'Why', '', 'It is.', '', ''],
    ].join('\n'),
  );
});

test('requests are recorded in a file, one line each', async () => {
  const root = await mkdtemp(join(tmpdir(), 'emulator-record-'));
  const recordFile = join(root, 'requests.jsonl');
  const emulator = await createEmulator({ root: join(root, 'git'), seed, recordFile });
  onTestFinished(async () => {
    await emulator.close();
    await rm(root, { recursive: true, force: true });
  });
  await fetch(`${emulator.url}/repos/acme/shop/issues/1?nonsense=1`);
  await fetch(`${emulator.url}/repos/acme/shop/issues/1/comments`, { method: 'POST', body: '{"body":"x"}' });
  const lines = (await readFile(recordFile, 'utf8')).trim().split('\n');
  const records = lines.map((line): unknown => JSON.parse(line));
  expect(records).toMatchObject([
    { method: 'GET', path: '/repos/acme/shop/issues/1?nonsense=1', status: 200, problems: [expect.any(String)] },
    { method: 'POST', path: '/repos/acme/shop/issues/1/comments', body: { body: 'x' }, status: 401, problems: [] },
  ]);
});

test('a seed that is wrong is refused with every mistake', async () => {
  const root = await mkdtemp(join(tmpdir(), 'emulator-seed-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const wrong = { app: { id: -1, slug: 'x y' }, repositories: [{ owner: 'acme' }] } as never;
  await expect(createEmulator({ root, seed: wrong })).rejects.toThrow(
    /app\.id: .*app\.slug: .*app\.webhookSecret: .*repositories\.0\.name: /,
  );
});

test('bad JSON and too much of it are refused', async () => {
  const { emulator } = await openWorld({ mayBreakContract: true });
  const url = `${emulator.url}/repos/acme/shop/issues/1/comments`;
  const authorization = `token ${emulator.control.userToken('ada')}`;
  const send = (body: string) => fetch(url, { method: 'POST', body, headers: { authorization } });
  expect((await send('{')).status).toBe(400);
  expect((await send(' '.repeat(25 * 1024 * 1024 + 1))).status).toBe(413);
});
