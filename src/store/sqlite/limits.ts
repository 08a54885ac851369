import { z } from 'zod';

import { limitsFromJson } from '../stored-limits.ts';
import type { LimitStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** What was used of GitHub's limits, in the table `limits`. */
export function createLimits(db: Guarded): LimitStore {
  const select = db.prepare('select body from limits where account = ?');
  const upsert = db.prepare(
    `insert into limits (account, body, saved_at) values (@account, @body, @at)
     on conflict (account) do update set body = excluded.body, saved_at = excluded.saved_at`,
  );
  return {
    load: async (account) => {
      const row = select.get(account);
      return row === undefined ? null : limitsFromJson(parseStored(limitsRow, row, 'limits').body, account);
    },
    save: async (account, state, at) =>
      void db.atomically(() => upsert.run({ account, body: JSON.stringify(state), at })),
  };
}

const limitsRow = z.strictObject({ body: z.string() });
