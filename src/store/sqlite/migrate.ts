import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import type Database from 'better-sqlite3';
import { z } from 'zod';

import { UserError } from '../../lib/errors.ts';
import { parseStored } from '../stored.ts';

/** One numbered step of the schema, as plain SQL. */
export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/;

/** The migrations that this program knows, in order: the files `NNNN-name.sql` beside this one. */
export function knownMigrations(): readonly Migration[] {
  const folder = new URL('migrations/', import.meta.url);
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const number = Number(FILE_NAME.exec(name)?.[1]);
      if (!number) throw new Error(`${name} is not the name of a migration (NNNN-name.sql).`);
      return { number, name, sql: readFileSync(new URL(name, folder), 'utf8') };
    });
}

/**
 * Brings the schema forward, each migration in one transaction; there is no way back. Throws UserError
 * `home-other-version`, and changes nothing, when the schema is not one that this program can have made.
 */
export function migrate(db: Database.Database, migrations: readonly Migration[]): void {
  db.exec(`create table if not exists schema_migrations (
    number integer primary key, name text not null, checksum text not null, applied_at text not null
  ) strict`);
  refuseForeign(appliedTo(db), migrations);
  const record = db.prepare(
    "insert into schema_migrations (number, name, checksum, applied_at) values (?, ?, ?, datetime('now'))",
  );
  for (const migration of migrations) {
    db.transaction(() => {
      // Read again inside: another process may have opened the same new file at the same moment.
      if (appliedTo(db).some(({ number }) => number === migration.number)) return;
      db.exec(migration.sql);
      record.run(migration.number, migration.name, checksumOf(migration));
    }).immediate();
  }
}

/**
 * Throws UserError `home-other-version` unless the schema is exactly the one of this program. Only reads.
 */
export function demandSchema(db: Database.Database, migrations: readonly Migration[]): void {
  const isMade = db.prepare("select 1 from sqlite_schema where name = 'schema_migrations'").get() !== undefined;
  const applied = isMade ? appliedTo(db) : [];
  refuseForeign(applied, migrations);
  const lacking = migrations.find((migration) => !applied.some(({ number }) => number === migration.number));
  if (!lacking) return;
  throw new UserError(
    'home-other-version',
    `The database was written by an older Reeve (it lacks ${lacking.name}). ` +
      'Start the server of this version once, which brings it forward, or use the version that wrote it.',
  );
}

const appliedRow = z.strictObject({ number: z.number(), name: z.string(), checksum: z.string() });

function appliedTo(db: Database.Database): z.infer<typeof appliedRow>[] {
  return db
    .prepare('select number, name, checksum from schema_migrations order by number')
    .all()
    .map((row) => parseStored(appliedRow, row, 'a migration'));
}

function refuseForeign(applied: readonly z.infer<typeof appliedRow>[], migrations: readonly Migration[]): void {
  for (const { number, name, checksum } of applied) {
    const known = migrations.find((migration) => migration.number === number);
    if (!known) {
      throw new UserError(
        'home-other-version',
        `The database was written by a newer Reeve (it has ${name}, which this one does not know). ` +
          'Install that version again, or restore a copy of REEVE_HOME from before the upgrade.',
      );
    }
    if (checksumOf(known) !== checksum) {
      throw new UserError(
        'home-other-version',
        `The database was made by a different build of Reeve (${name} is not the same there). ` +
          'Start the build that made it, or point REEVE_HOME to another directory.',
      );
    }
  }
}

function checksumOf({ sql }: Migration): string {
  return createHash('sha256').update(sql).digest('hex');
}
