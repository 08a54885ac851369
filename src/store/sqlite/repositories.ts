import { z } from 'zod';

import type { RepositoryStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** What we know of repositories, in the table `repositories`. */
export function createRepositories(db: Guarded): RepositoryStore {
  const upsert = db.prepare(
    `insert into repositories (id, owner, name, default_branch, installation_id)
     values (@id, @owner, @name, @defaultBranch, @installationId)
     on conflict (id) do update set owner = excluded.owner, name = excluded.name,
       default_branch = excluded.default_branch, installation_id = excluded.installation_id`,
  );
  const insert = db.prepare(
    `insert into repositories (id, owner, name, default_branch, installation_id)
     values (@id, @owner, @name, @defaultBranch, @installationId) on conflict (id) do nothing`,
  );
  const select = db.prepare(
    `select id, owner, name, default_branch as defaultBranch, installation_id as installationId
     from repositories where id = ?`,
  );
  const selectNamed = db.prepare(
    `select id, owner, name, default_branch as defaultBranch, installation_id as installationId from repositories
     where owner = @owner collate nocase and name = @name collate nocase order by id desc limit 1`,
  );
  const selectOfInstallation = db.prepare(
    `select id, owner, name, default_branch as defaultBranch, installation_id as installationId
     from repositories where installation_id = @installationId and id > @afterId order by id limit @limit`,
  );
  return {
    see: async ({ id, owner, name, defaultBranch, installationId }) =>
      void db.atomically(() => upsert.run({ id, owner, name, defaultBranch, installationId })),
    meet: async ({ id, owner, name, defaultBranch, installationId }) =>
      db.atomically(() => {
        insert.run({ id, owner, name, defaultBranch, installationId });
        return parseStored(repositoryRow, select.get(id), 'a repository');
      }),
    get: async (id) => {
      const row = select.get(id);
      return row === undefined ? null : parseStored(repositoryRow, row, 'a repository');
    },
    named: async (owner, name) => {
      const row = selectNamed.get({ owner, name });
      return row === undefined ? null : parseStored(repositoryRow, row, 'a repository');
    },
    ofInstallation: async (installationId, { afterId, limit }) =>
      selectOfInstallation
        .all({ installationId, afterId, limit })
        .map((row) => parseStored(repositoryRow, row, 'a repository')),
  };
}

const repositoryRow = z.strictObject({
  id: z.number(),
  owner: z.string(),
  name: z.string(),
  defaultBranch: z.string(),
  installationId: z.number(),
});
