import type Database from 'better-sqlite3';

import type { Store } from '../store.ts';
import { openConnection, openReadingConnection } from './connection.ts';
import { createDeliveries } from './deliveries.ts';
import { demandSchema, knownMigrations, migrate } from './migrate.ts';
import { createOutbox } from './outbox.ts';
import { createRepositories } from './repositories.ts';
import { createSessions } from './sessions.ts';
import { createAddWishes } from './wishes.ts';

/**
 * Opens the store in one SQLite file, which is made when it is not there; its directory must exist, on a local disk.
 * For one server: a second one on the same file is kept out by the lock of the home, not here.
 * Throws UserError `home-other-version` when the file was written by a Reeve that this one does not understand.
 */
export function openSqliteStore({ path }: { readonly path: string }): Store {
  return storeOn(openConnection(path), (db) => migrate(db, knownMigrations()));
}

/**
 * Opens a store that is there for reading, also beside its server: verbs that write reject.
 * Throws UserError `home-other-version` when its schema is not the one of this program; it is not brought forward.
 */
export function openSqliteStoreToRead({ path }: { readonly path: string }): Store {
  return storeOn(openReadingConnection(path), (db) => demandSchema(db, knownMigrations()));
}

function storeOn(db: Database.Database, prepare: (db: Database.Database) => void): Store {
  try {
    prepare(db);
    const addWishes = createAddWishes(db);
    const write = db.prepare(
      'insert into writes (id, checks) values (1, 1) on conflict (id) do update set checks = checks + 1',
    );
    return {
      deliveries: createDeliveries(db),
      repositories: createRepositories(db),
      sessions: createSessions(db, addWishes),
      outbox: createOutbox(db, addWishes),
      checkWritable: async () => void write.run(),
      close: async () => void db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
