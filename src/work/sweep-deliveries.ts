import { deliveryId } from '../domain/ids.ts';
import { RefusedError } from '../github/errors.ts';
import type { Ports } from './ports.ts';

const WINDOW_MS = 3 * 24 * 3_600_000; // GitHub redelivers what is at most three days old
const OVERLAP_MS = 600_000; // an attempt is listed once it has ended, so the list is not in order to the second
const LISTED_MAX = 20_000; // deliveries looked at in one pass: 200 calls, after a start or a long outage
const REDELIVERED_MAX = 50; // asked for in one pass; the next pass goes on

/** Up to when, by GitHub's clock, nothing is missing. Kept in memory: after a start the whole window is looked at. */
export type Sweep = { readonly completeUntil: number };
export const nothingSwept: Sweep = { completeUntil: 0 };

/**
 * Asks GitHub to send again what it could not deliver and we do not hold, the oldest first: it never does so by itself.
 * A pass looks back to where an earlier one left nothing over. Safe to repeat: a delivery keeps its id, and the inbox
 * takes an id once.
 */
export async function sweepDeliveries(
  { github, store, now, log }: Pick<Ports, 'github' | 'store' | 'now' | 'log'>,
  before: Sweep,
): Promise<Sweep> {
  const since = Math.max(now() - WINDOW_MS, before.completeUntil - OVERLAP_MS);
  const listed = await github.deliveriesSince(since, LISTED_MAX);
  const delivered = new Set(listed.filter((one) => one.isOk).map((one) => one.guid));
  const failed = listed.filter((one) => !one.isOk && !delivered.has(one.guid));
  const known = await store.deliveries.known(failed.map((one) => deliveryId(one.guid)));
  const missing = new Map(failed.filter((one) => !known.has(deliveryId(one.guid))).map((one) => [one.guid, one]));
  // Many are made in one second, which is all that GitHub tells of the time; their ids rise.
  const oldestFirst = [...missing.values()].toSorted(
    (one, other) => one.deliveredAt - other.deliveredAt || one.id - other.id,
  );
  for (const one of oldestFirst.slice(0, REDELIVERED_MAX)) {
    try {
      await github.redeliver(one.id);
      log.info({ delivery: one.guid, event: one.event }, 'GitHub was asked to send a missed delivery again.');
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      log.warn({ delivery: one.guid, event: one.event, err: error }, 'GitHub will not send a missed delivery again.');
    }
  }
  const until = oldestFirst[0]?.deliveredAt ?? Math.max(0, ...listed.map((one) => one.deliveredAt));
  return { completeUntil: Math.max(before.completeUntil, until) };
}
