import { randomUUID } from 'node:crypto';
import { emitterEventNames } from '@octokit/webhooks';
import { Probot } from 'probot';
import { z } from 'zod';

import type { Logger } from '../lib/log.ts';
import type { Delivery } from '../store/store.ts';

export type ProbotAppOptions = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly log: Logger;
  /** What a delivery means for us. Must be safe to repeat: a delivery whose routing fails comes again. */
  readonly route: (delivery: Delivery) => Promise<void>;
};

export type ProbotApp = {
  /** Hands a stored delivery to Probot, and so to `route`. Rejects with the very error that `route` threw. */
  deliver(delivery: Delivery): Promise<void>;
};

/**
 * The App as Probot sees it: one handler for every event. Deliveries come from the store, after our own intake has
 * verified them; Probot's own server and middleware, which answer before anything is stored, are never started.
 */
export function createProbotApp({ route, ...options }: ProbotAppOptions): ProbotApp {
  const probot = new Probot({
    appId: options.appId,
    privateKey: options.privateKey,
    secret: randomUUID(), // never used, and without one Probot would take "development"
    baseUrl: options.apiUrl,
    log: quiet(options.log),
  });
  const inHand = new Map<string, InHand>();
  probot.onAny(async ({ id }) => {
    const one = inHand.get(id);
    if (!one) throw new Error('Probot handed over a delivery that was not given to it.');
    // Kept from Probot, which logs an error together with the payload and wraps it.
    one.result = await route(one.delivery).then(
      () => ({ outcome: 'routed' }) as const,
      (error: unknown) => ({ outcome: 'failed', error }) as const,
    );
  });

  return {
    async deliver(delivery) {
      const event = inProbotsWords(delivery);
      if (!event) return route(delivery);
      if (inHand.has(delivery.id)) throw new Error(`The delivery ${delivery.id} is being routed already.`);
      const one: InHand = { delivery, result: null };
      inHand.set(delivery.id, one);
      try {
        await probot.receive(event);
      } catch (error) {
        throw unwrap(error);
      } finally {
        inHand.delete(delivery.id);
      }
      if (one.result?.outcome === 'failed') throw one.result.error;
      if (!one.result) throw new Error('Probot took a delivery and did not hand it over.');
    },
  };
}

type InHand = {
  readonly delivery: Delivery;
  result: { readonly outcome: 'routed' } | { readonly outcome: 'failed'; readonly error: unknown } | null;
};

/** Probot logs whole payloads at debug. */
function quiet(log: Logger): Logger {
  return log.isLevelEnabled('debug') ? log.child({}, { level: 'info' }) : log;
}

type ProbotEvent = Parameters<Probot['receive']>[0];

const eventNames = new Set<string>(emitterEventNames);
/** What Probot itself relies on in a payload. */
const payloadSchema = z.looseObject({
  action: z.string().optional(),
  installation: z.object({ id: z.number().int().positive() }).nullish(),
});
const probotEvent = z.custom<ProbotEvent>(
  (event) => z.object({ name: z.string(), payload: payloadSchema }).safeParse(event).success,
);

/** Null for what Probot cannot take: a name that it does not know, or a body that would make it stumble. */
function inProbotsWords({ id, event, payload }: Delivery): ProbotEvent | null {
  if (!eventNames.has(event)) return null;
  try {
    return probotEvent.parse({ id, name: event, payload: JSON.parse(payload) });
  } catch {
    return null;
  }
}

/** The first error inside, without the event that the package pins to it: an error ends in the log, a payload must not. */
function unwrap(error: unknown): unknown {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  if (inner instanceof Error && 'event' in inner) delete inner.event;
  return inner;
}
