import { createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';

import type { NewDelivery } from '../src/store/store.ts';
import { createIntake } from '../src/web/intake.ts';
import { bodyLimits, createBodyBudget, type BodyLimits } from '../src/web/read-body.ts';
import { createWebServer } from '../src/web/server.ts';

export const secret = '9f86d081884c7d659a2feaa0c55ad015';
export const older = '7c4a8d09ca3762af61e59520943dc264';
export const NOW = 1_700_000_000_000;

type Setup = {
  readonly limits?: Partial<BodyLimits>;
  readonly receive?: (delivery: NewDelivery) => Promise<unknown>;
  readonly isFull?: () => boolean;
  readonly isReady?: () => Promise<readonly string[]>;
  readonly warnings?: () => Promise<readonly string[]>;
};

/** A real server on a free port; what it stored, what it logged, and what its memory budget holds. */
export async function open(setup: Setup = {}) {
  const { limits = {}, receive, isFull = () => false, isReady = async () => [], warnings = async () => [] } = setup;
  const stored: NewDelivery[] = [];
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const budget = createBodyBudget({ ...bodyLimits, ...limits });
  const keep = async (delivery: NewDelivery): Promise<string> => {
    const isKnown = stored.some(({ id }) => id === delivery.id);
    if (!isKnown) stored.push({ ...delivery, payload: Buffer.from(delivery.payload).toString() });
    return isKnown ? 'known' : 'stored';
  };
  const intake = createIntake({
    secrets: [secret, older],
    receive: receive ?? keep,
    budget,
    isFull,
    now: () => NOW,
    log,
  });
  const server = createWebServer({ intake, isReady, warnings, host: '127.0.0.1', port: 0, log });
  const port = Number(new URL(await server.start()).port);
  onTestFinished(() => server.stop());
  return { port, server, stored, lines, budget };
}

/** Does not take a delivery before the test lets it. */
export function slowStore() {
  let finish = (): void => {};
  let ask = (): void => {};
  const asked = new Promise<void>((resolve) => (ask = resolve));
  const taken = new Promise<void>((resolve) => (finish = resolve));
  return { asked, finish: () => finish(), receive: () => (ask(), taken) };
}

type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export function send(
  port: number,
  what: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<Answer> {
  const [method, path] = what.split(' ');
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

export const sign = (body: string | Buffer, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

export function headersFor(
  body: string | Buffer,
  changes: Record<string, string | undefined> = {},
): Record<string, string> {
  const headers = {
    'x-github-delivery': randomUUID(),
    'x-github-event': 'issues',
    'x-hub-signature-256': sign(body),
    'content-type': 'application/json',
    ...changes,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export function deliver(
  port: number,
  body: string | Buffer,
  changes: Record<string, string | undefined> = {},
): Promise<Answer> {
  return send(port, 'POST /api/github/webhooks', headersFor(body, changes), body);
}

/** Sends bytes as they are and gives everything that came back until the connection ended. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (piece) => (answer += piece));
    socket.on('close', () => resolve(answer)).on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
  });
}
