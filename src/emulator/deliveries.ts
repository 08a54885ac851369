import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';

import type { Clock } from '../lib/clock.ts';
import { deferred } from './deliveries/deferred.ts';
import { createDeliveryLog, type DeliveryLog } from './deliveries/log.ts';
import type { DeliveryPlan } from './deliveries/plan.ts';
import { post, signatureHeaders, type PostOutcome } from './deliveries/post.ts';

/** Where an App's webhooks go. */
export type Hook = { readonly id: number; readonly appId: number; readonly url: string; readonly secret: string };

export type WebhookEvent = {
  /** Such as 'issues'; and 'opened', or null for events without actions. */
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  /** Anything that JSON can hold; what changes in it afterwards does not change the delivery. */
  readonly payload: object;
};

export type Deliveries = Pick<DeliveryLog, 'list' | 'get'> & {
  /** Sends an event to the hook; its GUID, or null when GitHub would send none (no hook, or more than 25 MB). */
  emit(event: WebhookEvent): string | null;
  /** Sends a logged delivery again: same GUID, new id. False when there is none such. */
  redeliver(id: number): boolean;
  /** Resolves once nothing is in flight, waiting or held back. */
  settled(): Promise<void>;
  /** Ends what is in flight; nothing is sent afterwards. */
  close(): void;
};

export type DeliveriesOptions = {
  readonly clock: Clock;
  /** Read at each attempt, so that a changed URL holds from then on. */
  readonly hook: () => Hook | null;
  /** What happens to a delivery on its way (faults.forDelivery). */
  readonly plan: (event: Pick<WebhookEvent, 'event' | 'action'> & { readonly isRedelivery: boolean }) => DeliveryPlan;
  readonly timeoutMs?: number;
};

/** GitHub waits this long for an answer. */
const answerMsMax = 10_000;
/** GitHub sends nothing at all for a larger payload. */
const payloadBytesMax = 25 * 1024 * 1024;
/** A delivery waits this long for the one before it to be on its way, so that order is kept; a hanging receiver holds up none. */
const orderMsMax = 1000;

type Sending = WebhookEvent & { readonly guid: string; readonly body: string; readonly isRedelivery: boolean };

/**
 * Delivers webhooks as GitHub does: signed, one attempt each with ten seconds for the answer, never again by itself, and logged for
 * redelivery. They leave in the order of their emission and do not wait for each other's answers.
 */
export function createDeliveries({ clock, hook, plan, timeoutMs = answerMsMax }: DeliveriesOptions): Deliveries {
  const log = createDeliveryLog();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each delivery in flight
  const inFlight = new Set<Promise<void>>();
  const overtaken = new Set<() => void>();
  let previousSent: Promise<void> = Promise.resolve();

  const attempt = async (sending: Sending): Promise<void> => {
    const to = hook();
    if (!to || closing.signal.aborted) return;
    const headers = headersOf(sending, to);
    const before = previousSent;
    const isSent = deferred<void>();
    previousSent = isSent.promise;
    await Promise.race([before, elapsed(orderMsMax, closing.signal)]);
    const deliveredAt = clock();
    const { sent, ended } = post({ url: to.url, headers, body: sending.body, timeoutMs, signal: closing.signal });
    await sent;
    isSent.resolve();
    for (const release of overtaken) release();
    log.add({ ...sending, deliveredAt, url: to.url, headers, outcome: await ended });
  };

  const send = async (sending: Sending): Promise<void> => {
    const { copies, isLogged, delayMs, holdMs } = plan(sending);
    const to = hook();
    if (copies === 0 && isLogged && to) {
      const headers = headersOf(sending, to);
      log.add({ ...sending, deliveredAt: clock(), url: to.url, headers, outcome: neverSent });
    }
    if (copies === 0) return;
    if (delayMs > 0) await elapsed(delayMs, closing.signal);
    if (holdMs > 0) await heldBack(overtaken, holdMs, closing.signal);
    await Promise.all(Array.from({ length: copies }, () => attempt(sending)));
  };

  const launch = (sending: Sending): void => {
    const running = send(sending).finally(() => inFlight.delete(running));
    inFlight.add(running);
  };

  return {
    list: (options) => log.list(options),
    get: (id) => log.get(id),
    emit(event) {
      const body = JSON.stringify(event.payload);
      if (!hook() || closing.signal.aborted || Buffer.byteLength(body) > payloadBytesMax) return null;
      const guid = randomUUID();
      launch({ ...event, guid, body, isRedelivery: false });
      return guid;
    },
    redeliver(id) {
      const entry = log.entry(id);
      if (!entry || closing.signal.aborted) return false;
      launch({ ...entry, isRedelivery: true });
      return true;
    },
    async settled() {
      while (inFlight.size > 0) await Promise.all(inFlight);
    },
    close: () => closing.abort(),
  };
}

const neverSent: PostOutcome = {
  status: 'failed to connect to host',
  statusCode: 502,
  headers: {},
  payload: null,
  durationMs: 0,
};

function headersOf(sending: Sending, to: Hook): Readonly<Record<string, string>> {
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'User-Agent': 'GitHub-Hookshot/emulator',
    'X-GitHub-Delivery': sending.guid,
    'X-GitHub-Event': sending.event,
    'X-GitHub-Hook-ID': String(to.id),
    'X-GitHub-Hook-Installation-Target-ID': String(to.appId),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    ...signatureHeaders(to.secret, sending.body),
  };
}

/** Resolves after a time, or when all is over. */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    timer.unref();
    signal.addEventListener('abort', over);
  });
}

async function heldBack(overtaken: Set<() => void>, holdMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = deferred<void>();
  overtaken.add(resolve);
  await Promise.race([promise, elapsed(holdMs, signal)]);
  overtaken.delete(resolve);
}
