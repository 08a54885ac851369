import { z } from 'zod';

import { knownConfigFromJson, knownConfigToJson } from '../stored-config.ts';
import type { ConfigStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** What repositories say of how they are to be worked in, in the table `repository_configs`. */
export function createConfigs(db: Guarded): ConfigStore {
  const select = db.prepare('select body from repository_configs where repository_id = ?');
  const upsert = db.prepare(
    `insert into repository_configs (repository_id, body) values (@repositoryId, @body)
     on conflict (repository_id) do update set body = excluded.body`,
  );
  return {
    get: async (repositoryId) => {
      const row = select.get(repositoryId);
      return row === undefined
        ? null
        : knownConfigFromJson(parseStored(bodyRow, row, 'a configuration').body, repositoryId);
    },
    put: async (repositoryId, known) =>
      void db.atomically(() => upsert.run({ repositoryId, body: knownConfigToJson(known) })),
  };
}

const bodyRow = z.strictObject({ body: z.string() });
