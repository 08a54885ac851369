import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { figure, type Figure } from '../figures.ts';
import { createHome } from './home.ts';
import { load } from './load.ts';
import { watchMemory } from './memory.ts';
import { quantile, rounded } from './numbers.ts';
import { createRequest, examplePayload } from './payload.ts';

const SENDERS = 20;
const SLOW_SENDERS = 20; // begin a body and never go on: they hold a connection as long as they may
const BODY_BYTES = 300 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
const FLOOD_MS = 12_000;
const WARM_UP_MS = 3000;
const LIVE_INTERVAL_MS = 20;
const REST_MS = 5; // between two connections of one sender
const P99 = 0.99;
const GROWTH_MIB_MAX = 64;
const LIVE_P99_MS_MAX = 1000;

const path = 'POST /api/github/webhooks HTTP/1.1\r\nHost: localhost\r\n';
const names = 'X-GitHub-Event: issues\r\nX-GitHub-Delivery: flood\r\n';
const forged = `X-Hub-Signature-256: sha256=${'0'.repeat(64)}\r\n`;
const announced = `Content-Length: ${BODY_BYTES}\r\n`;
const inChunks = 'Transfer-Encoding: chunked\r\n';
const almost = `Content-Length: ${25 * 1024 * 1024}\r\n`;
/** What a sender that knows no secret can try; the next one on each new connection. */
const heads = [inChunks + forged, announced + forged, inChunks, almost + forged, announced];

const piece = Buffer.alloc(PIECE_BYTES, 'x');
const chunk = Buffer.concat([Buffer.from(`${PIECE_BYTES.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);

/**
 * Bodies of 300 MB that nobody signed, from 20 connections again and again, with senders that stall beside them, while a
 * correct delivery comes every 20 ms: memory stays, and the delivery is answered.
 */
export async function benchFlood(): Promise<readonly Figure[]> {
  const home = createHome();
  const server = home.server('web');
  try {
    const url = await server.start();
    await load({ url, body: examplePayload(), connections: SENDERS, warmUpMs: 0, measureMs: WARM_UP_MS });
    await delay(WARM_UP_MS);
    const memory = watchMemory(server.pid());
    const stopping = new AbortController();
    setMaxListeners(0, stopping.signal);
    const floods = [...Array(SENDERS + SLOW_SENDERS).keys()].map((index) =>
      index < SENDERS ? flood(url, index, stopping.signal) : stall(url, stopping.signal),
    );
    const live = await sendLive(url, FLOOD_MS);
    stopping.abort();
    const sentMiB = (await Promise.all(floods)).reduce((sum, bytes) => sum + bytes, 0) / (1024 * 1024);
    const growthMiB = memory.stop();
    return [
      figure('flood.growthMiB', rounded(growthMiB), { atMost: GROWTH_MIB_MAX }, 'MiB'),
      figure('flood.p99Ms', rounded(quantile(live.latenciesMs, P99)), { atMost: LIVE_P99_MS_MAX }, 'ms'),
      figure('flood.refused', live.refused, { atMost: 0 }),
      figure('flood.live', live.latenciesMs.length, { atLeast: 1 }, 'deliveries'),
      figure('flood.sentMiB', Math.round(sentMiB), null, 'MiB'),
    ];
  } finally {
    await server.kill9();
    home.remove();
  }
}

/** Sends huge bodies, on a new connection whenever one is closed. Gives the bytes that the server took. */
async function flood(url: string, index: number, signal: AbortSignal): Promise<number> {
  let sent = 0;
  for (let turn = index; !signal.aborted; turn += 1) {
    const head = heads[turn % heads.length] ?? '';
    const bytes = head.includes(inChunks) ? chunk : piece;
    const socket = dial(url);
    socket.write(`${path}${names}${head}\r\n`);
    const pump = (): void => {
      while (!socket.destroyed && socket.bytesWritten < BODY_BYTES) if (!socket.write(bytes)) return;
      socket.destroy();
    };
    socket.on('drain', pump).once('connect', pump);
    await closed(socket, signal);
    sent += socket.bytesWritten;
    await delay(REST_MS);
  }
  return sent;
}

/** Begins a body and says no more, again whenever it is put out. */
async function stall(url: string, signal: AbortSignal): Promise<number> {
  while (!signal.aborted) {
    const socket = dial(url);
    socket.write(`${path}${names}${forged}Content-Length: 1000000\r\n\r\n{`);
    await closed(socket, signal);
    await delay(REST_MS);
  }
  return 0;
}

const dial = (url: string): Socket => connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});

/** A server that has had enough resets the connection, which is what is wanted. */
const closed = (socket: Socket, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => void socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    socket.resume();
    socket.once('close', () => {
      signal.removeEventListener('abort', end);
      resolve();
    });
  });

/** A correct delivery every 20 ms, whether or not the last one was answered, each on the first connection that is free. */
async function sendLive(url: string, ms: number): Promise<{ latenciesMs: readonly number[]; refused: number }> {
  const latenciesMs: number[] = [];
  const idle: Socket[] = [];
  const waiting: Promise<void>[] = [];
  const request = createRequest(examplePayload(), randomUUID().slice(0, -12));
  let refused = 0;
  const send = (number: number): Promise<void> =>
    new Promise((resolve) => {
      const sentAt = performance.now();
      let socket = idle.pop();
      while (socket?.destroyed === true) socket = idle.pop(); // the server ends what is idle for long
      socket ??= dial(url);
      const own = socket;
      const hear = (bytes: Buffer): void => {
        own.off('close', miss);
        if (bytes.toString('latin1', 9, 12) === '202') latenciesMs.push(performance.now() - sentAt);
        else refused += 1;
        idle.push(own);
        resolve();
      };
      const miss = (): void => {
        own.off('data', hear);
        refused += 1;
        resolve();
      };
      socket.once('data', hear).once('close', miss);
      socket.write(Buffer.from(request.number(number)));
    });
  const until = performance.now() + ms;
  for (let number = 1; performance.now() < until; number += 1) {
    waiting.push(send(number));
    await delay(LIVE_INTERVAL_MS);
  }
  await Promise.all(waiting);
  for (const socket of idle) socket.destroy();
  return { latenciesMs, refused };
}
