import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { knownMigrations, migrate, type Migration } from './migrate.ts';

const start: Migration = { number: 1, name: '0001-start.sql', sql: 'create table owls (name text) strict' };
const grow: Migration = { number: 2, name: '0002-grow.sql', sql: 'alter table owls add column age integer' };

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
});
afterEach(() => db.close());
const applied = (): unknown[] => db.prepare('select name from schema_migrations order by number').pluck().all();

test('the migrations of this program are numbered from 1 without a gap', () => {
  const numbers = knownMigrations().map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(knownMigrations()[0]).toMatchObject({ name: '0001-start.sql' });
});

test('a new file gets every migration, and an older one what it lacks; what it holds stays', () => {
  migrate(db, [start]);
  db.exec(`insert into owls values ('barn')`);
  migrate(db, [start, grow]);
  migrate(db, [start, grow]);
  expect(applied()).toEqual(['0001-start.sql', '0002-grow.sql']);
  expect(db.prepare('select * from owls').all()).toEqual([{ name: 'barn', age: null }]);
});

test('a schema newer than the program is refused with what to do, and is left alone', () => {
  migrate(db, [start, grow]);
  expect(() => migrate(db, [start])).toThrow(
    expect.objectContaining({
      name: 'UserError',
      message:
        'The database was written by a newer Reeve (it has 0002-grow.sql, which this one does not know). ' +
        'Install that version again, or restore a copy of REEVE_HOME from before the upgrade.',
    }),
  );
  expect(applied()).toEqual(['0001-start.sql', '0002-grow.sql']);
});

test('a migration that is not what was applied is refused', () => {
  migrate(db, [start]);
  expect(() => migrate(db, [{ ...start, sql: 'create table bats (x)' }, grow])).toThrow('a different build of Reeve');
  expect(applied()).toEqual(['0001-start.sql']);
});

test('a migration that fails in the middle leaves nothing of itself', () => {
  const broken: Migration = { ...grow, sql: 'create table bats (x); create table owls (x);' };
  expect(() => migrate(db, [start, broken])).toThrow('table owls already exists');
  expect(applied()).toEqual(['0001-start.sql']);
  expect(db.prepare(`select name from sqlite_schema where name = 'bats'`).all()).toEqual([]);
});
