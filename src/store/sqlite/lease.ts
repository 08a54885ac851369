import { hostname } from 'node:os';
import { readFileSync } from 'node:fs';

import type Database from 'better-sqlite3';
import { z } from 'zod';

import { isLive, LEASE_TTL_MS, type Lease } from '../../domain/lease/lease.ts';
import type { Clock } from '../../lib/clock.ts';
import { LeaseLostError, UserError } from '../../lib/errors.ts';
import type { HomeClaim } from '../../lib/home-lock.ts';
import type { LeaseStore } from '../store.ts';
import { parseStored } from '../stored.ts';

export type LeaseOptions = {
  /** The store's clock: SQLite is on this machine. */
  readonly now: Clock;
  readonly ttlMs?: number;
  /** The claim on the home that the store lies in; null when there is none. */
  readonly claim: HomeClaim | null;
  /** The kernel that this process runs on. */
  readonly machine?: string;
};

/** The lease of one server, from its taking to its end. */
export type HeldLease = {
  /** Throws LeaseLostError unless it is ours and live. To be called inside the transaction that writes. */
  demand(): void;
  readonly token: number;
  /** Lets the next one have it at once. Harmless when it was lost or given back. */
  release(): void;
  readonly verbs: LeaseStore;
};

/** Throws UserError `home-in-use` when `takeLease` would. Asked before anything is changed, also of an older schema. */
export function demandFree(db: Database.Database, options: LeaseOptions): void {
  const isMade = db.prepare("select 1 from sqlite_schema where name = 'lease'").get() !== undefined;
  if (isMade) refuseWhileHeld(readLease(db), options);
}

/**
 * Takes the lease, with the next token. Throws UserError `home-in-use` while somebody else's is live, with one exception:
 * a kill leaves a live lease behind, and whoever has the home's claim need not wait for its end when the holder ran on
 * the same kernel. The claim is a lock of that kernel, so the holder is gone or has let it go; should it only have slept, the
 * token keeps it out. On another kernel (a shared disk, after a restart of the machine) the claim proves nothing.
 */
export function takeLease(db: Database.Database, options: LeaseOptions): HeldLease {
  const { now, ttlMs = LEASE_TTL_MS, machine = bootId() } = options;
  const holder = `process ${process.pid} on ${hostname()}`;
  const put = db.prepare(
    `insert into lease (name, holder, machine, token, until) values ('server', @holder, @machine, 1, @until)
     on conflict (name) do update set holder = excluded.holder, machine = excluded.machine, token = token + 1,
       until = excluded.until
     returning token`,
  );
  const token = db
    .transaction(() => {
      refuseWhileHeld(readLease(db), options);
      return tokenRow.parse(put.get({ holder, machine, until: now() + ttlMs })).token;
    })
    .immediate();
  const read = leaseReader(db);
  const extend = db.prepare('update lease set until = @until where token = @token');
  let tellLost = (): void => {};
  const lost = new Promise<void>((resolve) => {
    tellLost = resolve;
  });
  const check = createLeaseCheck(db, { token, now });
  const held = (): Lease => {
    try {
      return check();
    } catch (error) {
      if (error instanceof LeaseLostError) tellLost();
      throw error;
    }
  };
  const renew = db.transaction(() => {
    const { holder: own } = held();
    const until = now() + ttlMs;
    extend.run({ token, until });
    return { holder: own, token, until };
  });
  return {
    token,
    demand: () => void held(),
    release: () => void extend.run({ token, until: 0 }),
    verbs: { get: async () => read(), held: async () => held(), renew: async () => renew.immediate(), lost },
  };
}

/** Gives the lease with this token, or throws LeaseLostError unless it is live; for any connection of the server that took it. */
export function createLeaseCheck(
  db: Database.Database,
  { token, now }: { readonly token: number; readonly now: Clock },
): () => Lease {
  const read = leaseReader(db);
  return () => {
    const lease = read();
    if (lease?.token === token && isLive(lease, now())) return lease;
    const isTaken = lease !== null && lease.token !== token;
    throw new LeaseLostError(
      isTaken ? `The lease was taken over by ${lease.holder}.` : 'The lease ran out before it was renewed.',
    );
  };
}

/** The verbs of a store that was opened without a lease. */
export function leaseOfNobody(db: Database.Database): LeaseStore {
  const refuse = async (): Promise<never> => {
    throw new LeaseLostError('This store was opened without a lease.');
  };
  return { get: async () => leaseReader(db)(), held: refuse, renew: refuse, lost: new Promise(() => {}) };
}

function refuseWhileHeld(lease: StoredLease | null, { now, claim, machine = bootId() }: LeaseOptions): void {
  if (lease === null || !isLive(lease, now())) return;
  if (claim !== null && lease.machine === machine) return;
  throw new UserError(
    'home-in-use',
    `A server already uses this home: ${lease.holder}; stop it first, or set REEVE_HOME to another directory. ` +
      `If it is gone, its time ends by itself within ${Math.ceil((lease.until - now()) / 1000)} seconds.`,
  );
}

const leaseRow = z.strictObject({ holder: z.string(), machine: z.string(), token: z.number(), until: z.number() });
const tokenRow = z.strictObject({ token: z.number() });
type StoredLease = z.infer<typeof leaseRow>;

function readLease(db: Database.Database): StoredLease | null {
  const row = db.prepare('select holder, machine, token, until from lease').get();
  return row === undefined ? null : parseStored(leaseRow, row, 'a lease');
}

/** Prepared once: it is asked before each write. */
function leaseReader(db: Database.Database): () => Lease | null {
  const select = db.prepare('select holder, machine, token, until from lease');
  return () => {
    const row = select.get();
    if (row === undefined) return null;
    const { holder, token, until } = parseStored(leaseRow, row, 'a lease');
    return { holder, token, until };
  };
}

/** Of the running kernel: another one after each start of the machine, and the same in all of its containers. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
