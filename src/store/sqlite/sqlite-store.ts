import type Database from 'better-sqlite3';

import { systemClock, type Clock } from '../../lib/clock.ts';
import type { HomeClaim } from '../../lib/home-lock.ts';
import type { LeaseStore, Store } from '../store.ts';
import { createBudget } from './budget.ts';
import { createConfigs } from './configs.ts';
import { openConnection, openReadingConnection } from './connection.ts';
import { createCursors } from './cursors.ts';
import { createDeliveries } from './deliveries.ts';
import { createFacts } from './facts.ts';
import { guard, type Guarded } from './guarded.ts';
import { createJudgements } from './judgements.ts';
import { demandFree, leaseOfNobody, takeLease } from './lease.ts';
import { createLimits } from './limits.ts';
import { demandSchema, knownMigrations, migrate } from './migrate.ts';
import { createOutbox } from './outbox.ts';
import { createReceiveGroup } from './receive-group.ts';
import { createPlaces } from './places.ts';
import { createRepositories } from './repositories.ts';
import { createRetention } from './retention.ts';
import { createSessions } from './sessions.ts';
import { createAddWishes } from './wishes.ts';
import { createWriter, type Writer } from './writer.ts';

export type SqliteStoreOptions = {
  readonly path: string;
  /** The claim on the home that the file lies in: its holder takes over at once from a server that was killed there. */
  readonly claim?: HomeClaim;
  /** What the lease is measured by; the machine's clock unless a test says otherwise. */
  readonly now?: Clock;
  /** The kernel that this process runs on, unless a test says otherwise. */
  readonly machine?: string;
  /** The built `writer-thread`, for a server: deliveries are stored in a thread. Without it they are stored in this one. */
  readonly writerProgram?: URL;
  /** How long a wish that may rest does. */
  readonly restMs?: number;
};

/**
 * Opens the store in one SQLite file for the one server that writes to it, and takes its lease; the file is made when it is
 * not there, its directory must exist, on a local disk. Throws UserError `home-in-use` while somebody else's lease is
 * live, and `home-other-version` when the file was written by a Reeve that this one does not understand.
 */
export function openSqliteStore(storeOptions: SqliteStoreOptions): Store {
  const { path, claim, now = systemClock, machine, writerProgram, restMs = 0 } = storeOptions;
  const prepare = (db: Database.Database): Right => {
    const options = { claim: claim ?? null, now, ...(machine === undefined ? {} : { machine }) };
    demandFree(db, options);
    migrate(db, knownMigrations());
    return takeLease(db, options);
  };
  const thread = writerProgram === undefined ? null : { path, program: writerProgram };
  return storeOn(openConnection(path), prepare, { thread, restMs });
}

/**
 * Opens a store that is there for reading, also beside its server: verbs that write reject.
 * Throws UserError `home-other-version` when its schema is not the one of this program; it is not brought forward.
 */
export function openSqliteStoreToRead({ path }: { readonly path: string }): Store {
  return storeOn(openReadingConnection(path), withoutLease);
}

/**
 * Opens a store that is there for what an operator asks of it, also beside its server. Its writes take no lease and check
 * none, so they must be single transactions that a server may find at any moment: a flag, never a step of the work.
 * Throws UserError `home-other-version` as a reader does.
 */
export function openSqliteStoreAsOperator({ path }: { readonly path: string }): Store {
  return storeOn(openConnection(path), withoutLease);
}

type Right = {
  readonly demand: () => void;
  readonly release: () => void;
  readonly verbs: LeaseStore;
  /** Of the lease; null without one. */
  readonly token: number | null;
};

function withoutLease(db: Database.Database): Right {
  demandSchema(db, knownMigrations());
  return { demand: () => {}, release: () => {}, verbs: leaseOfNobody(db), token: null };
}

/** Stores each delivery in this thread, with a commit of its own. */
function createOwnWriter(db: Guarded): Writer {
  const receiveGroup = createReceiveGroup(db);
  return {
    async receive(delivery) {
      const [outcome] = receiveGroup([delivery]);
      if (outcome === undefined) throw new Error('The store said nothing of this delivery.');
      return outcome;
    },
    close: async () => {},
  };
}

type Thread = { readonly path: string; readonly program: URL };

/** All verbs over one connection, once `prepare` has made it ready and said who may write. */
export function storeOn(
  db: Database.Database,
  prepare: (db: Database.Database) => Right,
  { thread = null, restMs = 0 }: { readonly thread?: Thread | null; readonly restMs?: number } = {},
): Store {
  try {
    const right = prepare(db);
    const guarded = guard(db, right.demand);
    const { token } = right;
    const writer = thread && token !== null ? createWriter({ ...thread, token }) : createOwnWriter(guarded);
    const receive: Writer['receive'] = (delivery) =>
      writer.receive(delivery).catch((error: unknown) => {
        right.demand(); // a thread's own error says nothing of the lease, and whoever lost it must hear so
        throw error;
      });
    const addWishes = createAddWishes(guarded, restMs);
    const repositories = createRepositories(guarded);
    const write = guarded.prepare(
      'insert into writes (id, checks) values (1, 1) on conflict (id) do update set checks = checks + 1',
    );
    const { flush, ...deliveries } = createDeliveries(guarded, receive);
    return {
      deliveries,
      repositories,
      places: createPlaces(guarded, repositories),
      sessions: createSessions(guarded, addWishes),
      outbox: createOutbox(guarded, addWishes),
      limits: createLimits(guarded),
      budget: createBudget(guarded),
      cursors: createCursors(guarded),
      facts: createFacts(guarded),
      configs: createConfigs(guarded),
      retention: createRetention(guarded),
      judgements: createJudgements(guarded),
      lease: right.verbs,
      checkWritable: async () => void guarded.atomically(() => write.run()),
      close: async () => {
        await writer.close();
        try {
          if (db.open) flush();
          if (db.open) right.release();
        } finally {
          db.close();
        }
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
