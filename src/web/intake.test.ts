import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';

import { deliver, headersFor, NOW, older, open, raw, send, sign, slowStore } from '../../test/web.ts';
import { COMMAND_EVENT } from '../domain/command/operator-command.ts';

const head = (more: string): string =>
  `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\nx-github-delivery: d\r\nx-github-event: issues\r\nx-hub-signature-256: ${sign('x')}\r\n${more}\r\n`;

describe('a delivery', () => {
  test('is stored as it came, byte for byte, and accepted', async () => {
    const { port, stored } = await open();
    const body = '{"action":"labeled",  "emoji":"\u{1f44d}\\u0000"}\n';
    const answer = await deliver(port, body, { 'x-github-delivery': 'd-1' });
    expect(answer).toMatchObject({ status: 202, body: 'accepted\n' });
    expect(stored).toEqual([{ id: 'd-1', event: 'issues', payload: body, receivedAt: NOW }]);
  });

  test('is accepted only after the store has it', async () => {
    const store = slowStore();
    const { port } = await open({ receive: store.receive });
    let answered = false;
    const answer = deliver(port, '{}').then((one) => ((answered = true), one));
    await store.asked;
    await send(port, 'GET /healthz');
    expect(answered).toBe(false);
    store.finish();
    expect((await answer).status).toBe(202);
  });

  test('that comes again is accepted again', async () => {
    const { port, stored } = await open();
    const changes = { 'x-github-delivery': 'd-1' };
    expect((await deliver(port, '{}', changes)).status).toBe(202);
    expect((await deliver(port, '{}', changes)).status).toBe(202);
    expect(stored).toHaveLength(1);
  });

  test.each([['not JSON'], ['null'], ['\ufeff{}']])('with the body %j is stored too', async (body) => {
    const { port, stored } = await open();
    expect((await deliver(port, body, { 'x-github-event': 'some_new_event' })).status).toBe(202);
    expect(stored).toMatchObject([{ payload: body, event: 'some_new_event' }]);
  });

  test('may be signed with the secret before this one', async () => {
    const { port } = await open();
    expect((await deliver(port, '{}', { 'x-hub-signature-256': sign('{}', older) })).status).toBe(202);
  });

  test('that the store does not take is refused, to be tried again, and its body stays out of the log', async () => {
    const { port, lines } = await open({ receive: () => Promise.reject(new Error('disk full')) });
    const answer = await deliver(port, '{"text":"tooth-fairy"}');
    expect(answer).toMatchObject({ status: 503, body: 'not stored\n', headers: { 'retry-after': '30' } });
    expect(lines.join('')).toContain('disk full');
    expect(lines.join('')).not.toContain('tooth-fairy');
  });
});

test('while the disk is nearly full a delivery is refused before it is read, to be tried again', async () => {
  let isFull = true;
  const { port, stored, budget, lines } = await open({ isFull: () => isFull });
  for (let time = 0; time < 3; time += 1) {
    const answer = await raw(port, `${head('content-length: 9000')}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 503 .*retry-after: 30.*no room now/s);
  }
  expect([stored, budget.usedBytes]).toEqual([[], 0]);
  expect(lines.filter((line) => line.includes('the disk is nearly full'))).toHaveLength(1);
  isFull = false;
  expect((await deliver(port, '{}')).status).toBe(202);
});

test('a store that is down is not one line in the log for each delivery', async () => {
  const { port, lines } = await open({ receive: () => Promise.reject(new Error('disk full')) });
  for (let time = 0; time < 5; time += 1) expect((await deliver(port, '{}')).status).toBe(503);
  expect(lines.filter((line) => line.includes('disk full'))).toHaveLength(1);
});

describe('a forged or damaged delivery stores nothing', () => {
  const body = '{"action":"labeled"}';
  test.each([
    ['no signature', { 'x-hub-signature-256': undefined }, 401],
    ['an empty signature', { 'x-hub-signature-256': '' }, 401],
    ['another secret', { 'x-hub-signature-256': sign(body, 'development') }, 401],
    ['another body', { 'x-hub-signature-256': sign(`${body} `) }, 401],
    ['half a signature', { 'x-hub-signature-256': sign(body).slice(0, 40) }, 401],
    ['an old signature alone', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=aaaa' }, 401],
    ['upper case', { 'x-hub-signature-256': sign(body).toUpperCase() }, 401],
    ['no id', { 'x-github-delivery': undefined }, 400],
    ['a strange id', { 'x-github-delivery': '../../etc' }, 400],
    ['no event', { 'x-github-event': undefined }, 400],
    ['a strange event', { 'x-github-event': '__proto__' }, 400],
    ['an event of our own, by which operators command', { 'x-github-event': COMMAND_EVENT }, 400],
  ])('%s', async (_, changes, status) => {
    const { port, stored } = await open();
    const answer = await deliver(port, body, changes);
    expect(answer.status).toBe(status);
    expect(['signature missing or wrong\n', 'not a delivery of GitHub\n']).toContain(answer.body);
    expect(stored).toEqual([]);
  });

  test('an empty body', async () => {
    const { port } = await open();
    expect((await deliver(port, '')).status).toBe(401);
  });

  test('bytes that are not UTF-8, though rightly signed: they could not be stored as they came', async () => {
    const { port, stored } = await open();
    expect((await deliver(port, Buffer.from([0x22, 0xff, 0xfe, 0x22]))).status).toBe(401);
    expect(stored).toEqual([]);
  });

  test('a flood of forgeries is one line in the log', async () => {
    const { port, lines } = await open();
    for (let time = 0; time < 20; time += 1) await deliver(port, body, { 'x-hub-signature-256': sign('x') });
    expect(lines.filter((line) => line.includes('signature'))).toHaveLength(1);
  });
});

describe('a body has bounds', () => {
  const limits = { bodyBytesMax: 10_000, totalBytesMax: 15_000, readMsMax: 200 };

  test('the largest is taken, one byte more is not', async () => {
    const { port, stored } = await open({ limits });
    expect((await deliver(port, 'x'.repeat(10_000))).status).toBe(202);
    expect((await deliver(port, 'x'.repeat(10_001))).status).toBe(413);
    expect(stored).toHaveLength(1);
  });

  test('25 MB are taken as GitHub sends them, more is refused', async () => {
    const { port } = await open();
    expect((await deliver(port, Buffer.alloc(25 * 1024 * 1024, 'x'))).status).toBe(202);
    expect((await deliver(port, Buffer.alloc(25 * 1024 * 1024 + 1, 'x'))).status).toBe(413);
  });

  test('one announced too large is refused before it is read, and the connection ends', async () => {
    const { port, budget } = await open({ limits });
    expect(await raw(port, head('content-length: 10001\r\n'))).toMatch(/^HTTP\/1\.1 413 /);
    expect(budget.usedBytes).toBe(0);
  });

  test('one announced too large is not asked for, by a sender that asks first', async () => {
    const { port } = await open();
    const asking = `${head('content-length: 30000000\r\n').trimEnd()}\r\nexpect: 100-continue\r\n\r\n`;
    expect(await raw(port, asking)).toMatch(/^HTTP\/1\.1 413 /);
    const small = await send(port, 'POST /api/github/webhooks', { ...headersFor('{}'), expect: '100-continue' }, '{}');
    expect(small.status).toBe(202);
  });

  test('one without a length is refused while it is read, and the connection ends', async () => {
    const { port, budget } = await open({ limits });
    const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
    expect(await raw(port, head('transfer-encoding: chunked\r\n') + chunk + chunk)).toMatch(/^HTTP\/1\.1 413 /);
    expect(budget.usedBytes).toBe(0);
  });

  test('one that comes too slowly is refused, and the connection ends', async () => {
    const { port, budget } = await open({ limits });
    expect(await raw(port, `${head('content-length: 9000\r\n')}slow`)).toMatch(/^HTTP\/1\.1 408 /);
    expect(budget.usedBytes).toBe(0);
  });

  test('when all memory for bodies is in use the next is refused, to be tried again; then there is room again', async () => {
    const { port, budget } = await open({ limits: { ...limits, readMsMax: 5000 } });
    const holding = connect(port, '127.0.0.1', () =>
      holding.write(head('content-length: 9000\r\n') + 'x'.repeat(8000)),
    );
    await expect.poll(() => budget.usedBytes).toBe(8000);
    const refused = await deliver(port, 'x'.repeat(9000));
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    expect((await deliver(port, 'small')).status).toBe(202);
    holding.destroy();
    await expect.poll(() => budget.usedBytes).toBe(0);
    expect((await deliver(port, 'x'.repeat(9000))).status).toBe(202);
    expect(budget.usedBytes).toBe(0);
  });

  test('the one that holds most of it gives way: a huge sender does not keep out the usual ones', async () => {
    const { port, budget, stored } = await open({ limits: { ...limits, readMsMax: 5000 } });
    const huge = raw(port, head('content-length: 9000\r\n') + 'x'.repeat(8000));
    await expect.poll(() => budget.usedBytes).toBe(8000);
    expect((await deliver(port, 'x'.repeat(7500))).status).toBe(202);
    expect(await huge).toMatch(/^HTTP\/1\.1 503 .*no room now/s);
    expect(stored).toHaveLength(1);
    expect([budget.usedBytes, budget.reading.size]).toEqual([0, 0]);
  });

  test('one that goes on after its refusal is not read for long', async () => {
    const { port } = await open({ limits });
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {}).write(head('content-length: 300000000\r\n'));
    const piece = Buffer.alloc(64 * 1024);
    const pump = (): void => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', pump);
    pump();
    await expect.poll(() => socket.destroyed, { timeout: 5000 }).toBe(true);
    // What the kernels of both sides hold is all that a sender gets rid of beyond what the server reads.
    expect(socket.bytesWritten - socket.writableLength).toBeLessThan(30_000_000);
  });

  test('one whose body was there a moment later keeps its connection for the next', async () => {
    const { port } = await open({ limits });
    const unsigned = 'POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n';
    const lingerMs = 500;
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(unsigned));
    socket.setEncoding('utf8').on('data', (piece: string) => (heard += piece));
    await expect.poll(() => heard.split('401 Unauthorized').length - 1).toBe(1);
    socket.write('late');
    await delay(2 * lingerMs); // a connection that was to be closed is closed by now
    socket.write(`${unsigned}late`);
    await expect.poll(() => heard.split('401 Unauthorized').length - 1).toBe(2);
    socket.destroy();
  });

  test('one that breaks off is forgotten', async () => {
    const { port, budget, stored } = await open({ limits: { ...limits, readMsMax: 5000 } });
    const socket = connect(port, '127.0.0.1', () => socket.write(`${head('content-length: 9000\r\n')}half`));
    await expect.poll(() => budget.usedBytes).toBe(4);
    socket.destroy();
    await expect.poll(() => budget.usedBytes).toBe(0);
    expect(stored).toEqual([]);
  });
});
