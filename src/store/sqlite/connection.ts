import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import Database from 'better-sqlite3';

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
  makeFile(path);
  syncDirectory(dirname(path));
  const db = new Database(path, { fileMustExist: true });
  try {
    demandPragmas(db, path);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Opens a database file that is there, and never writes to it; also while a server does. */
export function openReadingConnection(path: string): Database.Database {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma('trusted_schema = 0');
  return db;
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
