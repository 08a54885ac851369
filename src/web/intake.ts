import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';

import { deliveryId } from '../domain/ids.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { NewDelivery } from '../store/store.ts';
import { createBodyBudget, readBody, type BodyBudget } from './read-body.ts';
import { createSignatureCheck, isSignature } from './signature.ts';

export type IntakeOptions = {
  /** Any of them may have signed a delivery: the one in force, and while it is being changed the one before it. */
  readonly secrets: readonly string[];
  /** Must not resolve before the delivery is committed and synced: then GitHub is told that we have it. */
  readonly receive: (delivery: NewDelivery) => Promise<unknown>;
  readonly now: Clock;
  readonly log: Logger;
  /** Memory for bodies; its own unless said otherwise. */
  readonly budget?: BodyBudget;
  /** The disk has no room for more: deliveries are refused before they are read. Never so unless said otherwise. */
  readonly isFull?: () => boolean;
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
export function createIntake(options: IntakeOptions): Intake {
  const { secrets, receive, now, log, budget = createBodyBudget(), isFull = () => false } = options;
  const warnOfRefusal = createWarning(now, (refused) => {
    log.warn({ refused }, 'Deliveries were refused because their signature does not match WEBHOOK_SECRET.');
  });
  const warnOfNoRoom = createWarning(now, (refused) => {
    log.error({ refused }, 'Deliveries were refused because the disk is nearly full.');
  });
  const warnOfStore = createWarning<{ readonly err: unknown; readonly id: string }>(now, (failed, { err, id }) => {
    log.error({ err, failed, deliveryId: id }, 'Deliveries could not be stored; GitHub was told so.');
  });

  const store = async ({ id, event }: Head, payload: Buffer): Promise<Answer> => {
    try {
      await within(RECEIVE_MS_MAX, receive({ id: deliveryId(id), event, payload, receivedAt: now() }));
    } catch (error) {
      warnOfStore({ err: error, id });
      return notStored;
    }
    if (log.isLevelEnabled('debug')) log.debug({ deliveryId: id, event }, 'A delivery was stored.');
    return accepted;
  };

  const take = async (request: IncomingMessage): Promise<Answer> => {
    const head = readHead(request);
    if ('status' in head) {
      if (head.status === 401) warnOfRefusal();
      return head;
    }
    if (isFull()) {
      warnOfNoRoom();
      return noRoom;
    }
    const check = createSignatureCheck(secrets, head.signature);
    const body = await readBody(request, budget, check.hear);
    if (body.outcome !== 'read') return unread[body.outcome];
    try {
      // An empty body is no delivery. Strictly UTF-8, so that the stored text is the same bytes that were signed.
      const bytes = body.size > 0 && check.isRight() ? body.bytes() : null;
      if (bytes !== null && isUtf8(bytes)) return await store(head, bytes);
      warnOfRefusal();
      return badSignature;
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
const noRoom: Answer = { status: 503, text: 'no room now', endsConnection: true };
const unread = {
  'too-large': { status: 413, text: 'too large', endsConnection: true },
  'too-slow': { status: 408, text: 'too slow', endsConnection: true },
  'no-room': noRoom,
  broken: { status: 400, text: 'broken off', endsConnection: true },
} as const satisfies Record<string, Answer>;

type Head = { readonly id: string; readonly event: string; readonly signature: string };

/** What the headers say; a signature that cannot be right is refused before a byte of the body is read. */
function readHead({ headers }: IncomingMessage): Head | Answer {
  const signature = headers['x-hub-signature-256'];
  if (!isSignature(signature)) return { ...badSignature, endsConnection: true };
  const id = headers['x-github-delivery'];
  const event = headers['x-github-event'];
  if (typeof id !== 'string' || !/^[A-Za-z0-9-]{1,100}$/.test(id)) return badHead;
  // No dot: events with one are our own (domain/command/operator-command.ts), and nobody outside may say them.
  if (typeof event !== 'string' || !/^[a-z][a-z_]{0,99}$/.test(event)) return badHead;
  return { id, event, signature };
}

function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The store did not answer within ${ms} ms.`)), ms);
    work.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

const LINGER_MS = 500; // a connection closed on unread bytes may lose our answer on its way
const LINGER_BYTES_MAX = 256 * 1024; // what is read of it meanwhile: no more, or huge senders keep a core busy with nothing

function reply(request: IncomingMessage, response: ServerResponse, { status, text, endsConnection }: Answer): void {
  if (response.destroyed) return;
  const body = `${text}\n`;
  const headers: OutgoingHttpHeaders = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length, // said, so that the answer is not sent in chunks
    'x-content-type-options': 'nosniff',
  };
  if (status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS);
  response.writeHead(status, headers);
  response.end(body);
  if (!endsConnection || request.complete) return;
  let readBytes = 0;
  // What still comes is thrown away, for a moment.
  request.on('data', (chunk: Buffer) => {
    readBytes += chunk.length;
    if (readBytes > LINGER_BYTES_MAX) request.pause();
  });
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  const stay = (): void => clearTimeout(timer);
  request.once('end', stay); // it was all there after a moment: the next request may come on this connection
  request.socket.once('close', stay);
}

/** Tells the first time and then at most once per interval, with the number of times and what came with the latest. */
function createWarning<Fields = void>(
  now: Clock,
  tell: (times: number, latest: Fields) => void,
): (latest: Fields) => void {
  let times = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  return (latest) => {
    times += 1;
    if (now() - toldAt < WARNING_INTERVAL_MS) return;
    tell(times, latest);
    times = 0;
    toldAt = now();
  };
}
