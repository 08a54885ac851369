import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isLive, isOldLook, LEASE_RENEWAL_MS, LEASE_TTL_MS, mayStillSend } from './lease.ts';

const REQUEST_MS_MAX = 20_000; // as github/octokit/bounded-fetch.ts has it

test('a lease is live until its last instant, which is not part of it', () => {
  expect([999, 1_000, 1_001].map((now) => isLive({ until: 1_000 }, now))).toEqual([true, false, false]);
  expect(isLive({ until: 0 }, 1)).toBe(false);
});

test('sending needs the time of the request and ten seconds more', () => {
  expect(mayStillSend({ until: 50_000 }, 20_000, 20_000)).toBe(true);
  expect(mayStillSend({ until: 50_000 }, 20_001, 20_000)).toBe(false);
});

test('a look is good for two seconds', () => {
  expect([5_000, 7_000, 7_001].map((now) => isOldLook(5_000, now))).toEqual([false, false, true]);
  expect(isOldLook(5_000, 4_999)).toBe(true);
});

test('two renewals may fail before a server has to stop sending', () => {
  expect(mayStillSend({ until: LEASE_TTL_MS }, 3 * LEASE_RENEWAL_MS, REQUEST_MS_MAX)).toBe(true);
});

test('whatever is sent in time has ended before the lease has', () => {
  const ms = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(ms, ms, ms, fc.integer({ min: 0, max: 2_000 }), (until, lookedAt, needsMs, heldUpMs) => {
      fc.pre(mayStillSend({ until }, lookedAt, needsMs) && !isOldLook(lookedAt, lookedAt + heldUpMs));
      expect(isLive({ until }, lookedAt + heldUpMs + needsMs)).toBe(true);
    }),
  );
});
