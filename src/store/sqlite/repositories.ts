import type Database from 'better-sqlite3';
import { z } from 'zod';

import type { RepositoryStore } from '../store.ts';
import { parseStored } from '../stored.ts';

/** What we know of repositories, in the table `repositories`. */
export function createRepositories(db: Database.Database): RepositoryStore {
  const upsert = db.prepare(
    `insert into repositories (id, owner, name, default_branch, installation_id)
     values (@id, @owner, @name, @defaultBranch, @installationId)
     on conflict (id) do update set owner = excluded.owner, name = excluded.name,
       default_branch = excluded.default_branch, installation_id = excluded.installation_id`,
  );
  const select = db.prepare(
    `select id, owner, name, default_branch as defaultBranch, installation_id as installationId
     from repositories where id = ?`,
  );
  return {
    see: async ({ id, owner, name, defaultBranch, installationId }) =>
      void upsert.run({ id, owner, name, defaultBranch, installationId }),
    get: async (id) => {
      const row = select.get(id);
      return row === undefined ? null : parseStored(repositoryRow, row, 'a repository');
    },
  };
}

const repositoryRow = z.strictObject({
  id: z.number(),
  owner: z.string(),
  name: z.string(),
  defaultBranch: z.string(),
  installationId: z.number(),
});
