import { randomUUID } from 'node:crypto';
import { Probot } from 'probot';
import type { Logger } from '../lib/log.ts';
import type { ReadDelivery } from '../work/route-deliveries.ts';

export type ProbotAppOptions = {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  /** Without a slash at its end. */
  readonly apiUrl: string;
  readonly log: Logger;
  /** What a delivery means for us. Must be safe to repeat: a delivery whose routing fails comes again. */
  readonly route: (delivery: ReadDelivery) => Promise<string>;
};

export type ProbotApp = {
  /** Hands a stored delivery to Probot, and so to `route`. Gives what `route` gave, or rejects with the very error. */
  deliver(delivery: ReadDelivery): Promise<string>;
};

/**
 * The App as Probot sees it: one handler for every event. Deliveries come from the store, after our own intake has
 * verified them and they were read; Probot's own server and middleware, which answer before anything is stored, are never started.
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
      (note) => ({ outcome: 'routed', note }) as const,
      (error: unknown) => ({ outcome: 'failed', error }) as const,
    );
  });

  return {
    async deliver(delivery) {
      if (inHand.has(delivery.id)) throw new Error(`The delivery ${delivery.id} is being routed already.`);
      const one: InHand = { delivery, result: null };
      inHand.set(delivery.id, one);
      try {
        await probot.receive(inProbotsWords(delivery));
      } catch (error) {
        throw unwrap(error);
      } finally {
        inHand.delete(delivery.id);
      }
      if (one.result?.outcome === 'failed') throw one.result.error;
      if (!one.result) throw new Error('Probot took a delivery and did not hand it over.');
      return one.result.note;
    },
  };
}

type InHand = {
  readonly delivery: ReadDelivery;
  result:
    | { readonly outcome: 'routed'; readonly note: string }
    | { readonly outcome: 'failed'; readonly error: unknown }
    | null;
};

/** Probot logs whole payloads at debug. */
function quiet(log: Logger): Logger {
  return log.isLevelEnabled('debug') ? log.child({}, { level: 'info' }) : log;
}

type ProbotEvent = Parameters<Probot['receive']>[0];

/**
 * What Probot itself looks at, and not the body: that was read already, in a place where it can do no harm. Without an
 * installation Probot makes no client for it, which we would not use.
 */
function inProbotsWords({ id, event, incoming }: ReadDelivery): ProbotEvent {
  const payload = 'repository' in incoming ? { repository: inGitHubsWords(incoming.repository) } : {};
  return { id, name: event, payload } as unknown as ProbotEvent; // their type asks for all that GitHub sends
}

function inGitHubsWords({ id, name, owner }: { readonly id: number; readonly name: string; readonly owner: string }) {
  return { id, name, owner: { login: owner } };
}

/** The first error inside, without the event that the package pins to it: an error ends in the log, a payload must not. */
function unwrap(error: unknown): unknown {
  const inner: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  if (inner instanceof Error && 'event' in inner) delete inner.event;
  return inner;
}
