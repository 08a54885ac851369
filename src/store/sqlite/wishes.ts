import { z } from 'zod';

import type { Effect } from '../../domain/effect/effect.ts';
import { isCollapsing } from '../collapsing.ts';
import { effectToJson } from '../stored-effect.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** Puts effects into the outbox, in order. To be called inside the transaction that decides them. */
export type AddWishes = (effects: readonly Effect[], at: number) => void;

/** The one writer of new rows of the table `outbox`. `restMs`: how long a wish that may rest does. */
export function createAddWishes(db: Guarded, restMs: number): AddWishes {
  const isKnown = db.prepare('select 1 from outbox where key = ?');
  const supersede = db.prepare(
    `update outbox set state = 'superseded', ended_at = @at where slot = @slot and state = 'pending' and is_doubt = 0
     returning retry_at, not_before`,
  );
  const insert = db.prepare(
    `insert into outbox (key, slot, is_collapsing, repository_id, issue_number, state, may_be_done, attempts,
       retry_at, not_before, is_doubt, wished_at, body)
     values (@key, @slot, @isCollapsing, @repositoryId, @issueNumber, 'pending', 0, 0,
       @retryAt, @notBefore, @isDoubt, @at, @body)`,
  );
  return (effects, at) => {
    for (const effect of effects) {
      const { key, slot, repositoryId, issueNumber, kind } = effect;
      if (isKnown.get(key)) continue;
      const older = (isCollapsing(kind) ? supersede.all({ slot, at }) : []).map((row) =>
        parseStored(waitRow, row, 'a wished effect'),
      );
      insert.run({
        ...{ key, slot, repositoryId, issueNumber, at, body: effectToJson(effect) },
        ...{ isCollapsing: isCollapsing(kind) ? 1 : 0, isDoubt: kind === 'doubt' ? 1 : 0 },
        // Whatever asked the older wish to wait asks the newer one too.
        retryAt: Math.max(0, ...older.map(({ retry_at: retryAt }) => retryAt)),
        // A rest is not begun anew, so that a slot which changes all the time is shown all the same.
        notBefore: Math.max(
          Math.min(restUntil(effect, at, restMs), ...older.map(({ not_before: notBefore }) => notBefore)),
          ...older.map(heldUntil),
        ),
      });
    }
  };
}

function restUntil(effect: Effect, at: number, restMs: number): number {
  if (effect.kind === 'doubt') return effect.lookAt;
  return effect.mayRest === true && restMs > 0 ? at + restMs : 0;
}

/** One that was held back is out of its lane until it may be sent, and so is the one that takes its place. */
function heldUntil({ retry_at: retryAt, not_before: notBefore }: z.infer<typeof waitRow>): number {
  return notBefore <= retryAt ? notBefore : 0;
}

const waitRow = z.strictObject({ retry_at: z.number(), not_before: z.number() });
