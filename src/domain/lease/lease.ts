/** The time-limited right of one server to write to a store and to GitHub. */
export type Lease = {
  /** Who has it, in words for people. */
  readonly holder: string;
  /** Rises by one at each taking: a number that is not the newest belongs to somebody whose time is over. */
  readonly token: number;
  /** Epoch ms by the store's clock; 0 when it was given back. */
  readonly until: number;
};

/** How long a server may be silent before another one may take its place: longer than a busy machine makes it wait. */
export const LEASE_TTL_MS = 60_000;
/** Between two renewals: several may fail, and what is left is still enough to send with. */
export const LEASE_RENEWAL_MS = 10_000;
/** Beside the time that a request itself may take: for two clocks that differ and for the way to GitHub. */
const SEND_MARGIN_MS = 10_000;
/** Between the look at the lease and the sending: whoever was held up for longer looks again or lets it be. */
const SEND_DELAY_MS_MAX = 2_000;

/** Whether its holder may write at `now` (epoch ms), if nobody has taken it since. */
export function isLive({ until }: Pick<Lease, 'until'>, now: number): boolean {
  return until > now;
}

/** Whether a request that ends within `needsMs` surely ends before anybody else may hold the lease. */
export function mayStillSend({ until }: Pick<Lease, 'until'>, now: number, needsMs: number): boolean {
  return until - now >= needsMs + SEND_MARGIN_MS;
}

/** Whether what was seen at `lookedAt` (epoch ms) is too old to send upon. A clock that was set back says nothing, so yes. */
export function isOldLook(lookedAt: number, now: number): boolean {
  return now < lookedAt || now - lookedAt > SEND_DELAY_MS_MAX;
}
