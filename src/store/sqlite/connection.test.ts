import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { demandPragmas, openConnection, openReadingConnection } from './connection.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'reeve-sqlite-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

// WAL alone would answer `synchronous = 1` on every opening but the first, so the second one is the test.
test.each([1, 2, 3])('opening %i has the settings that a commit rests on', (openings) => {
  const path = join(directory, 'reeve.db');
  for (let opening = 1; opening < openings; opening += 1) openConnection(path).close();
  const db = openConnection(path);
  const settings = ['journal_mode', 'synchronous', 'busy_timeout', 'foreign_keys', 'trusted_schema'].map(
    (name) => `${name} = ${String(db.pragma(name, { simple: true }))}`,
  );
  db.close();
  expect(settings).toEqual([
    'journal_mode = wal',
    'synchronous = 2',
    'busy_timeout = 5000',
    'foreign_keys = 1',
    'trusted_schema = 0',
  ]);
});

test('a database that cannot do what it is asked is refused', () => {
  const db = new Database(':memory:'); // has no log to write ahead, and says so
  expect(() => demandPragmas(db, 'memory')).toThrow('memory does not work with journal_mode = wal (it says memory)');
  db.close();
});

test.each([openConnection, openReadingConnection])(
  '%o tells a file that is no database from a fault of ours',
  (open) => {
    const path = join(directory, 'reeve.db');
    writeFileSync(path, 'not what SQLite wrote'.repeat(100));
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'home-damaged', message: expect.stringContaining(`${path} is damaged`) }),
    );
  },
);

test('a database that cannot be opened is told in a sentence', () => {
  const path = join(directory, 'none.db');
  expect(() => openReadingConnection(path)).toThrow(expect.objectContaining({ code: 'home-unwritable' }));
});

test('the files are for their owner only', () => {
  const path = join(directory, 'reeve.db');
  const db = openConnection(path);
  db.exec('create table t (x)');
  const modes = ['', '-wal', '-shm'].map((end) => statSync(`${path}${end}`).mode & 0o777);
  db.close();
  expect(modes).toEqual([0o600, 0o600, 0o600]);
});

test('a second connection leaves the lock of the first one in place', () => {
  const path = join(directory, 'reeve.db');
  const locks = (): readonly string[] =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .filter((line) => line.includes(` ${process.pid} `) && line.includes(`:${statSync(path).ino} `));
  const first = openConnection(path);
  first.exec('create table t (x)');
  const second = openConnection(path);
  expect(locks()).toHaveLength(1);
  second.close();
  expect(locks()).toHaveLength(1);
  first.close();
  expect(locks()).toHaveLength(0);
});

test('a directory that is not there is an error with its path', () => {
  expect(() => openConnection(join(directory, 'gone', 'reeve.db'))).toThrow('gone/reeve.db');
});
