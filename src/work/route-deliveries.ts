import type { Delivery } from '../store/store.ts';
import { messageOf, TransientError } from '../lib/errors.ts';
import type { Ports } from './ports.ts';

const BATCH_MAX = 50; // deliveries in memory at once
const ATTEMPTS_MAX = 8; // spread over two minutes: what still throws then is a fault, and a person has to look
const OUTAGE_MS_MAX = 3 * 24 * 3_600_000; // as long as GitHub itself would send it again; nothing accepted is lost to less
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 120_000;

/** Hands a stored delivery to the App framework, which calls our one handler; rejects with what that threw. */
export type Deliver = (delivery: Delivery) => Promise<void>;

/**
 * Routes waiting deliveries, oldest first, until none is due. One that throws waits for its next try and holds up none.
 * An outage is waited for; what goes on throwing without one is set aside with its reason. Safe to repeat: routing itself is.
 */
export async function routeDeliveries(
  ports: Pick<Ports, 'store' | 'now' | 'log'>,
  deliver: Deliver,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const batch = await ports.store.deliveries.waiting({ now: ports.now(), limit: BATCH_MAX });
    if (batch.length === 0) return;
    for (const delivery of batch) {
      if (signal.aborted) return;
      await routeOne(ports, deliver, delivery);
    }
  }
}

async function routeOne(
  { store, now, log }: Pick<Ports, 'store' | 'now' | 'log'>,
  deliver: Deliver,
  delivery: Delivery,
): Promise<void> {
  try {
    await deliver(delivery);
  } catch (error) {
    const attempts = delivery.attempts + 1;
    const fields = { delivery: delivery.id, event: delivery.event, attempts, err: error };
    if (isHopeless(error, { attempts, ageMs: now() - delivery.receivedAt })) {
      log.error(fields, 'The delivery is set aside: routing it failed too often.');
      await store.deliveries.end(delivery.id, 'set-aside', messageOf(error));
      return;
    }
    log.warn(fields, 'Routing the delivery failed; it will be tried again.');
    const backoffMs = Math.min(RETRY_BASE_MS * 2 ** delivery.attempts, RETRY_MAX_MS);
    const retryAt = Math.max(now() + backoffMs, error instanceof TransientError ? error.retryAt : 0);
    await store.deliveries.defer(delivery.id, { retryAt, error: messageOf(error) });
  }
}

function isHopeless(error: unknown, { attempts, ageMs }: { attempts: number; ageMs: number }): boolean {
  return error instanceof TransientError ? ageMs > OUTAGE_MS_MAX : attempts >= ATTEMPTS_MAX;
}
