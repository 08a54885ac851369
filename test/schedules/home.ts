import Database from 'better-sqlite3';

import { takeLease, type HeldLease } from '../../src/store/sqlite/lease.ts';
import { knownMigrations, migrate } from '../../src/store/sqlite/migrate.ts';
import { storeOn } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { UserError } from '../../src/lib/errors.ts';
import { gateStore, type Gate } from './gated-store.ts';
import { BEGIN } from './virtual-time.ts';

/** Servers that one schedule may start, one after another: each has statements and a lease of its own. */
export const SERVERS_MAX = 6;

type Row = Readonly<Record<string, unknown>>;

/**
 * The real store on one database in memory, used by one schedule after another: emptied in between, because opening it
 * takes longer than a schedule does. What a disk may do is for the crash tests.
 */
export type Home = {
  /** The store as each server has it. */
  readonly stores: readonly { readonly store: Store; gate: Gate }[];
  /** As it was when it was new, for the next schedule. */
  empty(): void;
  /** As at an opening: false while another one's lease is live, unless the claim on the home says that it is gone. */
  takeLease(server: number, hasClaim: boolean): boolean;
  /** Whose lease is the newest. */
  leaseholder(): number;
  /** Lets a server write as if nobody checked: for a control. */
  withoutFence<Value>(server: number, call: () => Value): Value;
  /** Rows that were ever written. */
  changes(): number;
  /** Reads of any table, for the checks. */
  all(sql: string, ...parameters: readonly unknown[]): readonly Row[];
  close(): void;
};

type Slot = { readonly store: Store; gate: Gate; lease: HeldLease | null };

const MACHINE = 'simulated';
const nobody: Gate = {
  pause: () => Promise.reject(new Error('Nobody uses this store.')),
  watch: (_, call) => call(),
  onLeaseLost: () => {},
};

export function openHome(now: () => number): Home {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = on');
  db.pragma('temp_store = memory');
  migrate(db, knownMigrations());
  db.prepare('update cursors set at = ?').run(BEGIN); // it was made when the schedule begins
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    const known = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  // For a taking of the lease, which prepares its statements anew each time.
  const leasing = Object.create(db, { prepare: { value: prepared } }) as Database.Database;
  const slots = Array.from({ length: SERVERS_MAX }, () => createSlot(db));
  const lease = () => prepared('select token, until from lease').get() as { token: number; until: number } | undefined;
  let holder = -1;
  const changes = prepared('select total_changes()').pluck();
  return {
    ...{ stores: slots, empty: createEmpty(db), leaseholder: () => holder },
    takeLease(server, hasClaim) {
      const slot = slots[server];
      if (!slot) return false;
      try {
        slot.lease = takeLease(leasing, { now, machine: MACHINE, claim: hasClaim ? { release: () => {} } : null });
        holder = server;
        return true;
      } catch (error) {
        if (error instanceof UserError && error.code === 'home-in-use') return false;
        throw error;
      }
    },
    withoutFence(server, call) {
      const put = prepared('update lease set token = ?, until = ?');
      const { token, until } = lease() ?? { token: 0, until: 0 };
      put.run(server + 1, Number.MAX_SAFE_INTEGER);
      try {
        return call();
      } finally {
        put.run(token, until);
      }
    },
    changes: () => Number(changes.get()),
    all: (sql, ...parameters) => prepared(sql).all(...parameters) as readonly Row[],
    close: () => void db.close(),
  };
}

/** All verbs of the store over the shared connection, with whichever lease the server that uses it has taken. */
function createSlot(db: Database.Database): Slot {
  const held = (): HeldLease => {
    if (!slot.lease) throw new Error('This server has taken no lease.');
    return slot.lease;
  };
  const store = storeOn(db, () => ({
    demand: () => held().demand(),
    release: () => {},
    token: null,
    verbs: {
      get: () => held().verbs.get(),
      held: () => held().verbs.held(),
      renew: () => held().verbs.renew(),
      lost: new Promise<void>(() => {}),
    },
  }));
  const slot: Slot = { store: gateStore(store, () => slot.gate), gate: nobody, lease: null };
  return slot;
}

/** Brings every table back to the rows that it had in the beginning. */
function createEmpty(db: Database.Database): () => void {
  const kept = new Set(['schema_migrations', 'sqlite_sequence']);
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").all() as { name: string }[];
  const resets = tables
    .filter(({ name }) => !kept.has(name))
    .map(({ name }) => {
      const rows = db.prepare(`select * from "${name}"`).all() as Row[];
      const columns = Object.keys(rows[0] ?? {});
      const marks = columns.map(() => '?').join(', ');
      const insert =
        rows.length === 0 ? null : db.prepare(`insert into "${name}" (${columns.join(', ')}) values (${marks})`);
      return { clear: db.prepare(`delete from "${name}"`), insert, rows };
    })
    .toReversed(); // what refers to others was made later
  return db.transaction(() => {
    for (const { clear } of resets) clear.run();
    for (const { insert, rows } of resets) for (const row of rows) insert?.run(...Object.values(row));
  });
}
