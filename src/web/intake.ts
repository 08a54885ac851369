import type { IncomingMessage, ServerResponse } from 'node:http';
import { Webhooks } from '@octokit/webhooks';

import { deliveryId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { NewDelivery } from '../store/store.ts';
import { createBodyBudget, readBody, type BodyBudget } from './read-body.ts';

export type IntakeOptions = {
  /** Any of them may have signed a delivery: the one in force, and while it is being changed the one before it. */
  readonly secrets: readonly string[];
  /** Must not resolve before the delivery is committed and synced: then GitHub is told that we have it. */
  readonly receive: (delivery: NewDelivery) => Promise<unknown>;
  readonly now: Clock;
  readonly log: Logger;
  /** Memory for bodies; its own unless said otherwise. */
  readonly budget?: BodyBudget;
};

/** Takes one POST of a webhook and answers it. Never rejects. */
export type Intake = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** GitHub gives up after 10 seconds: a store that has not answered by then has not taken the delivery. */
const RECEIVE_MS_MAX = 9000;
const RETRY_AFTER_SECONDS = 30; // for proxies and people; GitHub itself does not retry, our own sweep does
const WARNING_INTERVAL_MS = 60_000; // a flood of forged deliveries must not become a flood of log lines

/**
 * The ingress: size cap while reading, signature over the raw bytes, then the store, then 202. What is not JSON or not
 * known to us is stored too. Bodies never reach the log.
 */
export function createIntake({ secrets, receive, now, log, budget = createBodyBudget() }: IntakeOptions): Intake {
  const verifiers = secrets.map((secret) => new Webhooks({ secret }));
  const warnOfRefusal = createWarning(now, (refused) => {
    log.warn({ refused }, 'Deliveries were refused because their signature does not match WEBHOOK_SECRET.');
  });

  const judge = async ({ id, event, signature }: Head, bytes: Buffer): Promise<Answer> => {
    const payload = decode(bytes);
    if (payload === null || !(await isSigned(verifiers, payload, signature))) {
      warnOfRefusal();
      return badSignature;
    }
    try {
      await within(RECEIVE_MS_MAX, receive({ id: deliveryId(id), event, payload, receivedAt: now() }));
    } catch (error) {
      log.error({ err: error, deliveryId: id, event }, 'A delivery could not be stored; GitHub was told so.');
      return notStored;
    }
    log.debug({ deliveryId: id, event }, 'A delivery was stored.');
    return accepted;
  };

  const take = async (request: IncomingMessage): Promise<Answer> => {
    const head = readHead(request);
    if ('status' in head) {
      if (head.status === 401) warnOfRefusal();
      return head;
    }
    const body = await readBody(request, budget);
    if (body.outcome !== 'read') return unread[body.outcome];
    try {
      return await judge(head, body.bytes);
    } finally {
      body.release();
    }
  };

  return async (request, response) => {
    const answer = await take(request).catch((error: unknown) => {
      log.error({ err: error }, 'A delivery could not be taken.');
      return notStored;
    });
    reply(request, response, answer);
  };
}

type Answer = { readonly status: number; readonly text: string; readonly endsConnection?: true };

const accepted: Answer = { status: 202, text: 'accepted' };
const badSignature: Answer = { status: 401, text: 'signature missing or wrong' };
const badHead: Answer = { status: 400, text: 'not a delivery of GitHub', endsConnection: true };
const notStored: Answer = { status: 503, text: 'not stored' };
const unread = {
  'too-large': { status: 413, text: 'too large', endsConnection: true },
  'too-slow': { status: 408, text: 'too slow', endsConnection: true },
  'no-room': { status: 503, text: 'no room now', endsConnection: true },
  broken: { status: 400, text: 'broken off', endsConnection: true },
} as const satisfies Record<string, Answer>;

type Head = { readonly id: string; readonly event: string; readonly signature: string };

/** What the headers say; a signature that cannot be right is refused before a byte of the body is read. */
function readHead({ headers }: IncomingMessage): Head | Answer {
  const signature = headers['x-hub-signature-256'];
  if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature)) {
    return { ...badSignature, endsConnection: true };
  }
  const id = headers['x-github-delivery'];
  const event = headers['x-github-event'];
  if (typeof id !== 'string' || !/^[A-Za-z0-9-]{1,100}$/.test(id)) return badHead;
  if (typeof event !== 'string' || !/^[a-z][a-z_]{0,99}$/.test(event)) return badHead;
  return { id, event, signature };
}

/** Strictly UTF-8, so that the text is the same bytes that were signed. */
function decode(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function isSigned(verifiers: readonly Webhooks[], payload: string, signature: string): Promise<boolean> {
  if (payload === '') return false; // the package does not verify an empty body
  const verdicts = await Promise.all(verifiers.map((one) => one.verify(payload, signature)));
  return verdicts.includes(true);
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The store did not answer within ${ms} ms.`)), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const LINGER_MS = 500; // a connection closed on unread bytes may lose our answer on its way

function reply(request: IncomingMessage, response: ServerResponse, { status, text, endsConnection }: Answer): void {
  if (response.destroyed) return;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
  if (status === 503) response.setHeader('retry-after', RETRY_AFTER_SECONDS);
  response.writeHead(status);
  response.end(`${text}\n`);
  if (!endsConnection || request.complete) return;
  request.resume(); // what still comes is thrown away, for a moment
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  request.socket.once('close', () => clearTimeout(timer));
}

/** Tells the first time and then at most once per interval, with the number of times. */
function createWarning(now: Clock, tell: (times: number) => void): () => void {
  let times = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    times += 1;
    if (now() - toldAt < WARNING_INTERVAL_MS) return;
    tell(times);
    times = 0;
    toldAt = now();
  };
}
