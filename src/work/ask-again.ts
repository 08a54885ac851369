import { deliveryId } from '../domain/ids.ts';
import { RefusedError, UnknownOutcomeError } from '../github/errors.ts';
import type { SentDelivery } from '../github/github.ts';
import { crashPoint } from '../lib/crash-point.ts';
import type { Ports } from './ports.ts';

const PATIENCE_MS_MIN = 60_000; // GitHub sends again within seconds; a minute later it has tried, and failed once more
const PATIENCE_MS_MAX = 600_000; // doubled with each try up to here
const TRIES_MAX = 10; // more than an hour: what does not come by then is refused at our door, or GitHub cannot send it
const GIVEN_UP_MAX = 10_000; // remembered, so that they are not asked for again; the oldest are forgotten first

/** A delivery that GitHub was asked to send again. */
export type Asked = {
  readonly delivery: SentDelivery;
  readonly askedAt: number;
  readonly tries: number;
  /** It will not come: GitHub refused, or it did not come after all tries. */
  readonly isGivenUp: boolean;
};

/** By guid, in the order of asking. What has come is not in it any more. */
export type AskedFor = ReadonlyMap<string, Asked>;

/** Those that may come yet. */
export function outstanding(asked: AskedFor): readonly Asked[] {
  return [...asked.values()].filter(({ isGivenUp }) => !isGivenUp);
}

type Asking = Pick<Ports, 'github' | 'store' | 'now' | 'log'>;

/**
 * Asks GitHub to send a delivery again. Whether GitHub heard us or not, it counts as asked: should it not come, it is
 * asked for once more after some patience. Safe to repeat: the inbox takes a delivery once. Throws TransientError.
 */
export async function askAgain({ github, now, log }: Asking, delivery: SentDelivery, tries = 0): Promise<Asked> {
  const { guid, event, id } = delivery;
  const asked = { delivery, askedAt: now(), tries: tries + 1, isGivenUp: false };
  try {
    await github.redeliver(id);
    crashPoint('sweep.asked');
    log.info({ delivery: guid, event }, 'GitHub was asked to send a missed delivery again.');
  } catch (error) {
    if (error instanceof UnknownOutcomeError) return asked;
    if (!(error instanceof RefusedError)) throw error;
    log.warn({ delivery: guid, event, err: error }, 'GitHub will not send a missed delivery again.');
    return { ...asked, isGivenUp: true };
  }
  return asked;
}

/** Takes out what has come, and gives up what did not come after all tries. Asks nobody but the store. */
export async function lookAtAsked({ store, now, log }: Asking, before: AskedFor): Promise<Map<string, Asked>> {
  const open = outstanding(before).map(({ delivery }) => deliveryId(delivery.guid));
  const come = await store.deliveries.known(open);
  const after = new Map([...before].filter(([guid]) => !come.has(deliveryId(guid))));
  for (const [guid, one] of after) {
    if (one.isGivenUp || one.tries < TRIES_MAX || !isOverdue(one, now())) continue;
    const { event } = one.delivery;
    log.warn({ delivery: guid, event }, 'A missed delivery did not come, however often GitHub was asked for it.');
    after.set(guid, { ...one, isGivenUp: true });
  }
  const givenUp = [...after].filter(([, { isGivenUp }]) => isGivenUp);
  for (const [guid] of givenUp.slice(0, -GIVEN_UP_MAX)) after.delete(guid);
  return after;
}

/** It should have come by now. */
export function isOverdue({ askedAt, tries }: Asked, now: number): boolean {
  return now - askedAt >= Math.min(PATIENCE_MS_MIN * 2 ** (tries - 1), PATIENCE_MS_MAX);
}
