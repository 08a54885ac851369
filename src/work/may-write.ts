import type { MayWrite } from '../github/github.ts';
import { isOldLook, mayStillSend } from '../domain/lease/lease.ts';
import type { Clock } from '../lib/clock.ts';
import { LeaseLostError } from '../lib/errors.ts';
import type { LeaseStore } from '../store/store.ts';

/**
 * The question before each write to GitHub, which cannot check our token: is the lease ours, and for longer than the
 * request can take? A lease that is nearly over is renewed first. Asked as the last thing before the sending; whoever sleeps between the
 * look and the answer is told no.
 */
export function createMayWrite(lease: Pick<LeaseStore, 'held' | 'renew'>, now: Clock): MayWrite {
  return async (needsMs) => {
    const lookedAt = now();
    const seen = await lease.held();
    const held = mayStillSend(seen, now(), needsMs) ? seen : await lease.renew();
    if (!mayStillSend(held, now(), needsMs)) throw new LeaseLostError('The lease is too short to send anything.');
    if (isOldLook(lookedAt, now()))
      throw new LeaseLostError('The server was held up between its look at the lease and sending.');
  };
}
