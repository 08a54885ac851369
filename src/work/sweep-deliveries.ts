import { deliveryId } from '../domain/ids.ts';
import { RefusedError } from '../github/errors.ts';
import type { SentDelivery } from '../github/github.ts';
import { TransientError } from '../lib/errors.ts';
import { askAgain, isOverdue, lookAtAsked, outstanding, type Asked, type AskedFor } from './ask-again.ts';
import type { Ports } from './ports.ts';

const WINDOW_MS = 3 * 24 * 3_600_000; // GitHub sends again what is at most three days old
const OVERLAP_MS = 600_000; // an attempt is listed once it has ended, so the list is not in order to the second
const CLOCK_SLACK_MS = 5_000; // GitHub tells its clock to the second, and its answer takes a while
const PAGES_MAX = 200; // read in one pass: 20,000 deliveries
const TRAIL_PAGES_MAX = 5_000; // remembered of one walk: 500,000 deliveries, of which only the cursors are kept
const KEPT_PAGES_MAX = 10; // of these the missing deliveries are kept as well; the others are read again in their turn
/** On their way to us or waiting in the inbox: live deliveries never wait behind more than this many. */
export const OUTSTANDING_MAX = 500;

/** A page of GitHub's list on which something is missing. */
type TrailPage = {
  readonly cursor: string | null;
  /** Of what is missing on it, by GitHub's clock. */
  readonly oldestAt: number;
  /** Null: to be read again. */
  readonly missing: readonly SentDelivery[] | null;
};

/** What one walk through GitHub's list needs to go on. All of it may be lost: the store knows how far all is complete. */
export type Sweep = {
  /** Up to when, by GitHub's clock, this process has looked at the whole list; 0 before its first walk has ended. */
  readonly lookedUntil: number;
  /** The walk under way, from the newest delivery to `from`; null when the trail is all there. */
  readonly walk: { readonly cursor: string; readonly from: number } | null;
  /** The newest delivery of the walk. */
  readonly top: number;
  /** The pages that the walk passed, the oldest last. */
  readonly trail: readonly TrailPage[];
  readonly asked: AskedFor;
  /** GitHub wants no call before this. */
  readonly notBefore: number;
};

export const nothingSwept: Sweep = {
  ...{ lookedUntil: 0, walk: null, top: 0, trail: [], notBefore: 0 },
  asked: new Map(),
};

type Sweeping = Pick<Ports, 'github' | 'store' | 'now' | 'log'>;
type Options = { readonly signal?: AbortSignal; readonly outstandingMax?: number };

/**
 * Asks GitHub to send again whatever it holds and we do not, the oldest first: what failed, because GitHub never repeats
 * by itself, and what somebody else answered for us or an older copy of the home has forgotten. A pass first walks back
 * through the list to where all is complete, then asks its way up again, and never for more than the inbox can take.
 * Safe to repeat and to break off: a delivery keeps its id, the inbox takes an id once, and the stored cursor `sweep`
 * passes a delivery only once that is in the inbox or given up.
 */
export async function sweepDeliveries(
  ports: Sweeping,
  before: Sweep,
  { signal, outstandingMax = OUTSTANDING_MAX }: Options = {},
): Promise<Sweep> {
  const { store, now, log } = ports;
  const { waiting } = await store.deliveries.count();
  const going: Going = { ...before, trail: [...before.trail], asked: await lookAtAsked(ports, before.asked) };
  try {
    if (waiting >= outstandingMax || now() < before.notBefore) return going;
    if (going.walk !== null || going.trail.length === 0) await walkBack(ports, going, signal);
    await askAgainForOverdue(ports, going, signal);
    if (going.walk === null) await climb(ports, going, outstandingMax - waiting, signal);
    if (going.walk === null && going.trail.length === 0) going.lookedUntil = Math.max(going.lookedUntil, going.top);
  } catch (error) {
    if (error instanceof RefusedError && (going.walk !== null || going.trail.length > 0)) {
      log.warn({ err: error }, 'GitHub does not know a place in its list any more; the sweep begins anew.');
      return { ...going, walk: null, top: 0, trail: [] };
    }
    if (!(error instanceof TransientError)) throw error;
    log.warn({ err: error }, 'GitHub cannot be asked for missed deliveries now; the sweep goes on later.');
    going.notBefore = error.retryAt;
  } finally {
    await rememberHowFar(ports, going);
  }
  return going;
}

/** A sweep while its pass changes it: what was asked must be known also when the next call fails. */
type Going = { -readonly [Key in keyof Sweep]: Sweep[Key] } & { trail: TrailPage[]; asked: Map<string, Asked> };

async function walkBack(ports: Sweeping, going: Going, signal: AbortSignal | undefined): Promise<void> {
  let cursor = going.walk?.cursor ?? null;
  for (let pages = 0; pages < PAGES_MAX && !signal?.aborted; pages += 1) {
    const page = await ports.github.deliveries(cursor);
    const from: number = going.walk?.from ?? (await whereToStop(ports, going, page.githubNow));
    if (cursor === null) going.top = Math.max(0, ...page.deliveries.map((one) => one.deliveredAt));
    const recent = page.deliveries.filter(({ deliveredAt }) => deliveredAt >= from);
    const missing = await missingOf(ports, going, recent);
    const [oldest] = missing;
    if (oldest) keep(going, { cursor, oldestAt: oldest.deliveredAt, missing });
    const isLast = recent.length < page.deliveries.length || page.nextCursor === null;
    going.walk = isLast || page.nextCursor === null ? null : { cursor: page.nextCursor, from };
    if (going.walk === null) return;
    cursor = going.walk.cursor;
  }
}

/** Where all is complete, by GitHub's clock. A home asks for nothing that was sent before there was one. */
async function whereToStop({ store, now }: Sweeping, { lookedUntil }: Sweep, told: number | null): Promise<number> {
  const githubNow = told ?? now();
  const madeAt = ((await store.cursors.get('home')) ?? 0) + githubNow - now() - CLOCK_SLACK_MS;
  const completeUntil = Math.max(lookedUntil, (await store.cursors.get('sweep')) ?? 0);
  return Math.max(githubNow - WINDOW_MS, madeAt, completeUntil - OVERLAP_MS);
}

/** Oldest first. Attempts of ours that failed again are left out: the first attempt stands for them all. */
async function missingOf({ store }: Sweeping, { asked }: Sweep, listed: readonly SentDelivery[]) {
  const first = listed.filter(({ isRedelivery, guid }) => !isRedelivery && !asked.has(guid));
  const known = await store.deliveries.known(first.map(({ guid }) => deliveryId(guid)));
  // Many are made in one second, which is all that GitHub tells of the time; their ids rise.
  return first
    .filter(({ guid }) => !known.has(deliveryId(guid)))
    .toSorted((one, other) => one.deliveredAt - other.deliveredAt || one.id - other.id);
}

function keep(going: Going, page: TrailPage): void {
  const { trail } = going;
  trail.push(page);
  const full = trail.at(-KEPT_PAGES_MAX - 1);
  if (full) trail[trail.length - KEPT_PAGES_MAX - 1] = { ...full, missing: null };
  const newest = trail.length > TRAIL_PAGES_MAX ? trail.shift() : undefined;
  if (newest) leaveForLater(going, newest);
}

/** The next walk comes back to this page. */
function leaveForLater(going: Going, { oldestAt }: TrailPage): void {
  going.top = Math.min(going.top, oldestAt);
}

async function climb(ports: Sweeping, going: Going, roomMax: number, signal: AbortSignal | undefined): Promise<void> {
  const { trail, asked } = going;
  let room = roomMax - outstanding(asked).length;
  for (let pages = 0; pages < PAGES_MAX && room > 0; pages += 1) {
    const page = trail.at(-1);
    if (!page) return;
    const missing = await missingOn(ports, going, page);
    for (const one of missing.slice(0, room)) {
      if (signal?.aborted) return;
      asked.set(one.guid, await askAgain(ports, one));
    }
    if (missing.length > room) return;
    room -= missing.length;
    trail.pop();
  }
}

async function missingOn(ports: Sweeping, going: Going, page: TrailPage): Promise<readonly SentDelivery[]> {
  if (page.missing !== null) return missingOf(ports, going, page.missing);
  if (page.cursor === null) {
    leaveForLater(going, page); // the first page of the list is another one by now
    return [];
  }
  const { deliveries } = await ports.github.deliveries(page.cursor);
  return missingOf(
    ports,
    going,
    deliveries.filter(({ deliveredAt }) => deliveredAt >= page.oldestAt),
  );
}

async function askAgainForOverdue(ports: Sweeping, { asked }: Going, signal: AbortSignal | undefined): Promise<void> {
  for (const { delivery, tries, ...one } of outstanding(asked)) {
    if (signal?.aborted) return;
    if (!isOverdue({ delivery, tries, ...one }, ports.now())) continue;
    asked.set(delivery.guid, await askAgain(ports, delivery, tries));
  }
}

/** All before the oldest one that is still missing is complete. */
async function rememberHowFar({ store }: Sweeping, { walk, trail, asked, lookedUntil }: Sweep): Promise<void> {
  if (walk !== null) return;
  const missing = outstanding(asked).map(({ delivery }) => delivery.deliveredAt);
  const oldestPage = trail.at(-1)?.oldestAt;
  const open = oldestPage === undefined ? missing : [...missing, oldestPage];
  const until = open.length > 0 ? Math.min(...open) : lookedUntil;
  if (until > 0) await store.cursors.advance('sweep', until);
}
