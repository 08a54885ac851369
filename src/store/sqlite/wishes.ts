import type Database from 'better-sqlite3';
import { z } from 'zod';

import type { Effect } from '../../domain/effect/effect.ts';
import { isCollapsing } from '../collapsing.ts';
import { effectToJson } from '../stored-effect.ts';
import { parseStored } from '../stored.ts';

/** Puts effects into the outbox, in order. To be called inside the transaction that decides them. */
export type AddWishes = (effects: readonly Effect[], at: number) => void;

/** The one writer of new rows of the table `outbox`. */
export function createAddWishes(db: Database.Database): AddWishes {
  const isKnown = db.prepare('select 1 from outbox where key = ?');
  const supersede = db.prepare(
    `update outbox set state = 'superseded', ended_at = @at where slot = @slot and state = 'pending' returning retry_at`,
  );
  const insert = db.prepare(
    `insert into outbox (key, slot, is_collapsing, repository_id, issue_number, state, may_be_done, attempts,
       retry_at, wished_at, body)
     values (@key, @slot, @isCollapsing, @repositoryId, @issueNumber, 'pending', 0, 0, @retryAt, @at, @body)`,
  );
  return (effects, at) => {
    for (const effect of effects) {
      const { key, slot, repositoryId, issueNumber, kind } = effect;
      if (isKnown.get(key)) continue;
      const older = isCollapsing(kind) ? supersede.all({ slot, at }) : [];
      // Whatever asked the older wish to wait asks the newer one too.
      const retryAt = Math.max(0, ...older.map((row) => parseStored(retryRow, row, 'a wished effect').retry_at));
      const place = { key, slot, repositoryId, issueNumber };
      insert.run({ ...place, isCollapsing: isCollapsing(kind) ? 1 : 0, retryAt, at, body: effectToJson(effect) });
    }
  };
}

const retryRow = z.strictObject({ retry_at: z.number() });
