import { pino } from 'pino';
import { describe, expect, test, vi } from 'vitest';

import { deliver, open, send, slowStore } from '../../test/web.ts';
import { createWebServer } from './server.ts';

describe('the server', () => {
  test('is alive, and ready when nothing is wrong', async () => {
    const { port } = await open();
    expect(await send(port, 'GET /healthz')).toMatchObject({ status: 200, body: '{"alive":true}\n' });
    expect(await send(port, 'GET /readyz?x=1')).toMatchObject({
      status: 200,
      body: '{"ready":true,"problems":[],"warnings":[]}\n',
    });
  });

  test('says why it is not ready', async () => {
    const { port } = await open({ isReady: async () => ['The store cannot be written.'] });
    const answer = await send(port, 'GET /readyz');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toEqual({
      ...{ ready: false, problems: ['The store cannot be written.'], warnings: [] },
    });
  });

  test('is ready all the same when people should look at something', async () => {
    const { port } = await open({ warnings: async () => ['1 delivery is set aside.'] });
    const answer = await send(port, 'GET /readyz');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ ready: true, problems: [], warnings: ['1 delivery is set aside.'] });
  });

  test('is not ready when the check fails, and keeps the reason to the log', async () => {
    const { port, lines } = await open({ isReady: () => Promise.reject(new Error('inner detail')) });
    const answer = await send(port, 'GET /readyz');
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain('inner detail');
    expect(lines.join('')).toContain('inner detail');
  });

  test('looks once for all who ask about its health at the same time, and again for who asks later', async () => {
    let looks = 0;
    const isReady = async () => ((looks += 1), []);
    const { port } = await open({ isReady });
    await Promise.all(Array.from({ length: 30 }, () => send(port, 'GET /readyz')));
    const looksOfFlood = looks;
    await vi.waitFor(async () => {
      await send(port, 'GET /readyz');
      expect(looks).toBeGreaterThan(looksOfFlood);
    }, 5000);
    expect(looksOfFlood).toBeLessThan(10); // one for each half second
  });

  test.each([
    ['GET', '/api/github/webhooks', 405],
    ['PUT', '/api/github/webhooks', 405],
    ['POST', '/api/github/webhooks/', 404],
    ['POST', '/healthz', 404],
    ['GET', '/', 404],
    ['GET', '/api/github/webhooks/../../../etc/passwd', 404],
    ['POST', '//api/github/webhooks', 404],
  ])('%s %s is %i', async (method, path, status) => {
    const { port } = await open();
    expect((await send(port, `${method} ${path}`)).status).toBe(status);
  });

  test('that cannot listen says so and what to do', async () => {
    const { port, server } = await open();
    const intake = async (): Promise<void> => {};
    const second = createWebServer({
      intake,
      isReady: async () => [],
      host: '127.0.0.1',
      port,
      log: pino({ enabled: false }),
    });
    await expect(second.start()).rejects.toMatchObject({
      code: 'cannot-listen',
      message: expect.stringContaining('set PORT'),
    });
    await second.stop();
    await server.stop();
  });

  test('finishes the requests in hand before it has stopped, and takes no more', async () => {
    const store = slowStore();
    const { port, server } = await open({ receive: store.receive });
    const answer = deliver(port, '{}');
    await store.asked;
    let stopped = false;
    const stopping = Promise.all([server.stop(), server.stop()]).then(() => (stopped = true));
    await expect(send(port, 'GET /healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(stopped).toBe(false);
    store.finish();
    expect((await answer).status).toBe(202);
    await stopping;
  });
});
