import { deliveryId } from '../domain/ids.ts';
import type { Ports } from './ports.ts';

const WINDOW_MS = 3 * 24 * 3_600_000; // GitHub redelivers what is at most three days old
const LISTED_MAX = 1_000; // deliveries looked at in one pass
const REDELIVERED_MAX = 50; // asked for in one pass; the next pass goes on

/**
 * Asks GitHub to send again what it could not deliver and we do not hold: it never does so by itself. Safe to repeat: a
 * delivery keeps its id, and the inbox takes an id once.
 */
export async function sweepDeliveries({
  github,
  store,
  now,
  log,
}: Pick<Ports, 'github' | 'store' | 'now' | 'log'>): Promise<void> {
  const listed = await github.deliveriesSince(now() - WINDOW_MS, LISTED_MAX);
  const delivered = new Set(listed.filter((one) => one.isOk).map((one) => one.guid));
  const failed = listed.filter((one) => !one.isOk && !delivered.has(one.guid));
  const known = await store.deliveries.known(failed.map((one) => deliveryId(one.guid)));
  const missing = new Map(failed.filter((one) => !known.has(deliveryId(one.guid))).map((one) => [one.guid, one]));
  for (const one of [...missing.values()].slice(0, REDELIVERED_MAX)) {
    await github.redeliver(one.id);
    log.info({ delivery: one.guid, event: one.event }, 'GitHub was asked to send a missed delivery again.');
  }
}
