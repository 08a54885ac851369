import type { IncomingEvent } from '../domain/event/incoming.ts';
import type { ClaimedDelivery } from '../store/store.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { LeaseLostError, messageOf, TransientError } from '../lib/errors.ts';
import { concernsOf, laneOf } from './lane-of.ts';
import type { Ports } from './ports.ts';
import { createTurns, type Turns } from './turns.ts';

const IN_HAND_MAX = 64; // deliveries in memory at once, read and without their payloads
const ROOM_MIN = 16; // taken in hand together, so that their tries share a commit
const PLACES_MAX = 16; // routed at once; with what is slow at most IN_HAND_MAX, far below GitHub's 100 concurrent requests
const SLOW_MS = 1_000; // longer than that a delivery holds up nobody, and a flood on one issue does not fill the hand
const LOOK_AGAIN_MS = 100; // while something is in hand
const LIVE_MS = 60_000; // what came within it goes before a backlog
const BACKLOG_SHARE = 4; // one in so many is of the backlog even when live ones wait
const ATTEMPTS_MAX = 8; // of a kind; spread over two minutes: what still throws then is a fault, and a person has to look
const OUTAGE_MS_MAX = 3 * 24 * 3_600_000; // as long as GitHub itself would send it again; nothing accepted is lost to less
const RETRY_BASE_MS = 1_000;
const RETRY_MAX_MS = 120_000;

/** A delivery in our own words. */
export type ReadDelivery = Pick<ClaimedDelivery, 'id' | 'event'> & { readonly incoming: IncomingEvent };

export type Routing = {
  /** The event that a delivery tells; else why it does not concern us. `payload` is called once there is room for it. */
  readonly read: (
    delivery: Pick<ClaimedDelivery, 'event' | 'payloadBytes'>,
    payload: () => Promise<string>,
  ) => Promise<{ readonly kind: 'event'; readonly event: IncomingEvent } | Uninteresting>;
  /**
   * Hands a delivery to the App framework, which calls our one handler; gives a note on what came of it, and rejects with
   * what that threw.
   */
  readonly deliver: (delivery: ReadDelivery) => Promise<string>;
  /** Hears what is in hand before anything is done with it: if the process hangs, one of these is why. */
  readonly watch?: (names: readonly string[]) => void;
};

type Uninteresting = { readonly kind: 'uninteresting'; readonly why: string };
type Options = Pick<Ports, 'store' | 'now' | 'log'> & Routing & { readonly turns: Turns };

/**
 * Routes waiting deliveries until none is due: issues side by side, those of one issue in order, live ones before a
 * backlog. One that is slow holds up others for a second at most, and one that throws waits for its next try. An outage is
 * waited for; what goes on throwing without one is set aside with its reason. Safe to repeat, one call at a time: routing
 * itself is, and each try is counted before it begins.
 */
export async function routeDeliveries(
  ports: Pick<Ports, 'store' | 'now' | 'log'>,
  routing: Routing,
  signal: AbortSignal,
): Promise<void> {
  const turns = createTurns({ now: ports.now, placesMax: PLACES_MAX, turnsMax: IN_HAND_MAX, slowMs: SLOW_MS });
  const hand = createHand({ ...ports, ...routing, turns });
  const stop = (): void => turns.stop();
  signal.addEventListener('abort', stop, { once: true });
  await ports.store.deliveries.recover(); // of a call whose ends could not be stored: a full disk
  try {
    while (!signal.aborted) {
      await hand.fill();
      if (hand.isDone()) return;
      await hand.change(LOOK_AGAIN_MS);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    turns.stop();
    await hand.emptied();
  }
}

/** The deliveries that this process has in hand. */
function createHand(options: Options) {
  const { store, now, watch } = options;
  let comesAgainAt = 0;
  const inHand = new Map<string, Promise<void>>();
  let wake = (): void => {};
  let isLookDue = true;
  let backlogCredit = 0;
  let failure: { readonly error: unknown } | null = null;

  const take = (delivery: ClaimedDelivery): void => {
    const one = routeOne(options, delivery)
      .then((again) => {
        comesAgainAt = Math.max(comesAgainAt, again ?? 0);
      })
      .catch((error: unknown) => (failure ??= { error }))
      .then(() => {
        inHand.delete(delivery.id);
        wake();
      });
    inHand.set(delivery.id, one);
  };

  return {
    /** Nothing is in hand, nor was put back a moment ago. */
    isDone: () => inHand.size === 0 && comesAgainAt <= now(),
    async fill(): Promise<void> {
      const limit = IN_HAND_MAX - inHand.size;
      if (limit === 0 || (limit < ROOM_MIN && !isLookDue)) return;
      isLookDue = false;
      backlogCredit += limit;
      const backlogMin = Math.floor(backlogCredit / BACKLOG_SHARE);
      backlogCredit -= backlogMin * BACKLOG_SHARE;
      const liveSince = now() - LIVE_MS;
      const claimed = await store.deliveries.claim({ now: now(), liveSince, limit, backlogMin });
      if (claimed.length === 0) return;
      watch?.([...inHand.keys(), ...claimed.map(({ id }) => id)]);
      for (const delivery of claimed) take(delivery);
    },
    /** Resolves when one has left, or after `ms`; throws what was thrown where nothing could be stored. */
    async change(ms: number): Promise<void> {
      if (failure === null) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(() => {
            isLookDue = true;
            resolve();
          }, ms);
          wake = () => {
            clearTimeout(timer);
            setImmediate(resolve); // those that share its commit leave with it
          };
        });
      }
      if (failure !== null) throw failure.error;
    },
    emptied: async () => void (await Promise.allSettled(inHand.values())),
  };
}

/** Gives the instant at which it comes again if it did not get its turn. */
async function routeOne(options: Options, delivery: ClaimedDelivery): Promise<number | null> {
  const { store, now, turns, read, deliver } = options;
  let incoming: IncomingEvent | null = null;
  try {
    const parsed = await read(delivery, () => store.deliveries.payload(delivery.id));
    if (parsed.kind === 'uninteresting') {
      await store.deliveries.end(delivery.id, 'uninteresting', parsed.why);
      return null;
    }
    incoming = parsed.event;
    // It may end the process again: then people know what it was about.
    const concerns = concernsOf(incoming);
    if (delivery.crashes > 0 && concerns) await store.deliveries.concern(delivery.id, concerns);
    const isUrgent = now() - delivery.receivedAt < LIVE_MS;
    const endTurn = await turns.take(laneOf(incoming), { isUrgent });
    if (typeof endTurn === 'number') {
      await store.deliveries.putBack(delivery.id, { retryAt: endTurn });
      return endTurn;
    }
    const note = await deliver({ id: delivery.id, event: delivery.event, incoming }).finally(endTurn);
    crashPoint('delivery.heard');
    await store.deliveries.end(delivery.id, 'processed', note); // after the turn: the next of its issue need not wait for the disk
    crashPoint('delivery.ended');
  } catch (error) {
    await takeFailure(options, { delivery, incoming, error });
  }
  return null;
}

type Failure = { readonly delivery: ClaimedDelivery; readonly incoming: IncomingEvent | null; readonly error: unknown };

async function takeFailure({ store, now, log }: Options, { delivery, incoming, error }: Failure): Promise<void> {
  if (error instanceof LeaseLostError) {
    // Nothing happened. The try is taken back if this server may write after all.
    await store.deliveries.putBack(delivery.id, { retryAt: now() }).catch(() => {});
    throw error;
  }
  const attempts = delivery.attempts + 1;
  const isFault = !(error instanceof TransientError);
  const fields = { delivery: delivery.id, event: delivery.event, attempts, err: error };
  const concerns = incoming && concernsOf(incoming);
  if (isHopeless(delivery, { isFault, ageMs: now() - delivery.receivedAt })) {
    log.error(fields, 'The delivery is set aside: routing it failed too often. `reeve status` names it.');
    if (concerns) await store.deliveries.concern(delivery.id, concerns);
    await store.deliveries.end(delivery.id, 'set-aside', messageOf(error));
    return;
  }
  log.warn(fields, 'Routing the delivery failed; it will be tried again.');
  const backoffMs = Math.min(RETRY_BASE_MS * 2 ** (isFault ? delivery.faults : delivery.attempts), RETRY_MAX_MS);
  const retryAt = Math.max(now() + backoffMs, error instanceof TransientError ? error.retryAt : 0);
  await store.deliveries.defer(delivery.id, { retryAt, error: messageOf(error), isFault, concerns });
}

/** Tries during an outage say nothing of the delivery itself, so they are counted apart. An old one may have waited for us to be there. */
function isHopeless(
  { attempts, faults }: ClaimedDelivery,
  { isFault, ageMs }: { readonly isFault: boolean; readonly ageMs: number },
): boolean {
  if (isFault) return faults + 1 >= ATTEMPTS_MAX;
  return attempts - faults + 1 >= ATTEMPTS_MAX && ageMs > OUTAGE_MS_MAX;
}
