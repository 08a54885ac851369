import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import Database from 'better-sqlite3';

import { messageOf, UserError } from '../../lib/errors.ts';

const BUSY_TIMEOUT_MS = 5_000; // longer than any write here takes; a command line that reads beside the server waits this long

// Said and then asked back: WAL alone leaves `synchronous` at NORMAL, which may lose acknowledged commits in a power cut,
// and a file system that cannot do WAL says so only in the answer.
const pragmas = [
  ['journal_mode', 'wal'],
  ['synchronous', 2], // FULL
  ['busy_timeout', BUSY_TIMEOUT_MS],
  ['foreign_keys', 1],
  ['trusted_schema', 0],
] as const;

/** Opens (and makes, for its owner only) a database file on which a commit that returned survives a power cut. */
export function openConnection(path: string): Database.Database {
  return opened(path, () => {
    makeFile(path);
    syncDirectory(dirname(path));
    return [new Database(path, { fileMustExist: true }), (db) => demandPragmas(db, path)];
  });
}

/** Opens a database file that is there, and never writes to it; also while a server does. */
export function openReadingConnection(path: string): Database.Database {
  return opened(path, () => [
    new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS }),
    (db) => {
      db.pragma('trusted_schema = 0');
      db.pragma('schema_version'); // reads the file: opening it has not looked at it yet
    },
  ]);
}

/** Closes what cannot be used. Throws UserErrors `home-damaged` and `home-unwritable` for what its reader can mend. */
function opened(path: string, open: () => [Database.Database, (db: Database.Database) => void]): Database.Database {
  try {
    const [db, prepare] = open();
    try {
      prepare(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return db;
  } catch (error) {
    throw complaintOf(error, path) ?? error;
  }
}

function complaintOf(error: unknown, path: string): UserError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const cause = { cause: error };
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(code)) {
    const what = `${path} is damaged, or no database at all (${messageOf(error)})`;
    return new UserError('home-damaged', `${what}. Keep it, and put a copy of the home in its place.`, cause);
  }
  if (/^(EACCES|EPERM|EROFS|SQLITE_(CANTOPEN|PERM|READONLY))/.test(code)) {
    const what = `${path} cannot be opened by this user (${messageOf(error)})`;
    return new UserError('home-unwritable', `${what}. Be the user of the server.`, cause);
  }
  return null;
}

/** Sets what durability rests on, and throws when the answer is not what was asked for. */
export function demandPragmas(db: Database.Database, path: string): void {
  for (const [name, wanted] of pragmas) {
    db.pragma(`${name} = ${wanted}`);
    const got: unknown = db.pragma(name, { simple: true });
    if (got === wanted) continue;
    throw new Error(`${path} does not work with ${name} = ${wanted} (it says ${String(got)}): is it on a local disk?`);
  }
}

/**
 * SQLite would make it readable to all; its -wal and -shm follow the file. One that is there is not opened: to close it
 * again would cancel the locks of every connection that this process has to it, and then another process may take away
 * the log under them.
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
