import type { Store } from '../store.ts';
import { openConnection } from './connection.ts';
import { createDeliveries } from './deliveries.ts';
import { knownMigrations, migrate } from './migrate.ts';
import { createOutbox } from './outbox.ts';
import { createRepositories } from './repositories.ts';
import { createSessions } from './sessions.ts';
import { createAddWishes } from './wishes.ts';

/**
 * Opens the store in one SQLite file, which is made when it is not there; its directory must exist, on a local disk.
 * For one server: a second one on the same file is kept out by the lock of the home, not here.
 * Throws UserError `home-unwritable` when the file was written by a Reeve that this one does not understand.
 */
export function openSqliteStore({ path }: { readonly path: string }): Store {
  const db = openConnection(path);
  try {
    migrate(db, knownMigrations());
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
