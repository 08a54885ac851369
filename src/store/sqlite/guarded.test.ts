import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { guard } from './guarded.ts';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  db.exec('create table owls (name text)');
});
afterEach(() => db.close());
const insert = 'insert into owls values (?)';
const names = (): unknown[] => db.prepare('select name from owls').pluck().all();

test.each(['run', 'get', 'all'] as const)('what changes something throws outside a transaction: %s', (verb) => {
  const { prepare, atomically } = guard(db, () => {});
  const write = prepare(`${insert} returning name`);
  expect(() => write[verb]('barn')).toThrow('A write outside a transaction: insert into owls');
  atomically(() => {
    atomically(() => write[verb]('barn'));
    write[verb]('tawny');
  });
  expect(() => write[verb]('snowy')).toThrow('outside');
  expect(names()).toEqual(['barn', 'tawny']);
});

test('who may not write changes nothing, and is not asked for its work', () => {
  const { prepare, atomically } = guard(db, () => {
    throw new Error('not yours');
  });
  const write = prepare(insert);
  expect(() => atomically(() => write.run('barn'))).toThrow('not yours');
  expect(names()).toEqual([]);
});

test('what throws in the middle leaves nothing, and nothing open', () => {
  const { prepare, atomically } = guard(db, () => {});
  const write = prepare(insert);
  const fail = (): void => {
    write.run('barn');
    throw new Error('no');
  };
  expect(() => atomically(fail)).toThrow('no');
  expect(() => write.run('barn')).toThrow('outside');
  expect(names()).toEqual([]);
});
