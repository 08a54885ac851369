import { z } from 'zod';

import { effectKey, type EffectKey } from '../../domain/ids.ts';
import { effectFromJson } from '../stored-effect.ts';
import type { FailedEffect, OutboxStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';
import { cutNote } from './note.ts';
import { createClaim } from './outbox-claim.ts';
import { revokedBecause } from './places.ts';
import type { AddWishes } from './wishes.ts';

/** Wished effects and how far they are, in the tables `outbox`, `remote_ids` and `shown`. */
export function createOutbox(db: Guarded, addWishes: AddWishes): OutboxStore {
  const selectRemoteId = db.prepare('select remote_id from remote_ids where slot = ?');
  const selectShown = db.prepare('select digest from shown where slot = ?');
  const recover = db.prepare(`update outbox set state = 'unknown', may_be_done = 1 where state = 'sending'`);
  const countByState = db.prepare(`select 'revoked' as state, count(*) as count from outbox where is_revoked = 1
     union all
     select state, count(*) - sum(is_revoked) as count from outbox where is_doubt = 0 group by state`);
  const countDoubts = db.prepare(
    `select count(*) as count from outbox where is_doubt = 1 and state in ('pending', 'sending', 'unknown')`,
  );
  const markSent = db.prepare('update outbox set sent_at = @at where key = @key');
  const { atomically } = db;
  const claim = createClaim(db);
  const ends = createEnds(db);

  return {
    add: async (effects, at) => atomically(() => addWishes(effects, at)),
    addAnew: createAddAnew(db, addWishes),
    claim: async (options) => atomically(() => claim(options)),
    done: async (key, options) => atomically(() => ends.done(key, options)),
    defer: async (key, options) => atomically(() => ends.defer(key, options)),
    fail: async (key, options) => atomically(() => ends.fail(key, options)),
    revoke: async (key, options) => atomically(() => ends.revoke(key, options)),
    again: async (key, { at, doubts }) =>
      atomically(() => {
        markSent.run({ key, at });
        addWishes(doubts, at);
      }),
    ...createSecondChance(db),
    remoteId: async (slot) => {
      const row = selectRemoteId.get(slot);
      return row === undefined ? null : parseStored(remoteIdRow, row, 'a remote id').remote_id;
    },
    shown: async (slot) => {
      const row = selectShown.get(slot);
      return row === undefined ? null : parseStored(shownRow, row, 'what a slot shows').digest;
    },
    doubts: async () => parseStored(doubtsRow, countDoubts.get(), 'a count of doubts').count,
    recover: async () => atomically(() => recover.run().changes),
    count: async () => {
      const counts = { pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0, revoked: 0 };
      for (const row of countByState.all()) {
        const { state, count } = parseStored(countRow, row, 'a count of effects');
        counts[state] = count;
      }
      return counts;
    },
  };
}

/** After an end of the process that nobody asked for; and what was given up, with a second chance for it. */
function createSecondChance(db: Guarded): Pick<OutboxStore, 'failed' | 'blame' | 'replay'> {
  const selectFailed = db.prepare(
    `select key, repository_id as repositoryId, issue_number as issueNumber, body, error, attempts,
       coalesce(ended_at, wished_at) as at
     from outbox where state = 'failed' and is_revoked = 0 order by seq desc limit ?`,
  );
  const blame = db.prepare(
    `update outbox set state = 'unknown', may_be_done = 1, crashes = crashes + 1 where state = 'sending'`,
  );
  const selectOne = db.prepare('select 1 from outbox where key = ?');
  const replay = db.prepare(
    `update outbox set state = iif(may_be_done, 'unknown', 'pending'), attempts = 0, faults = 0, crashes = 0,
       retry_at = 0, ended_at = null, error = null where key = ? and state = 'failed' and is_revoked = 0`,
  );
  const { atomically } = db;
  return {
    failed: async (limit) =>
      selectFailed.all(limit).map((row) => {
        const { body, ...rest } = parseStored(failedRow, row, 'a failed effect');
        return { ...rest, kind: kindOf(body, rest.key) };
      }),
    blame: async () => atomically(() => blame.run().changes),
    replay: async (key) =>
      atomically(() => {
        if (replay.run(key).changes > 0) return 'replayed';
        return selectOne.get(key) === undefined ? 'unknown' : 'not-set-aside';
      }),
  };
}

function kindOf(body: string, key: EffectKey): FailedEffect['kind'] {
  try {
    return effectFromJson(body, key).kind;
  } catch {
    return 'unreadable';
  }
}

function createAddAnew(db: Guarded, addWishes: AddWishes): OutboxStore['addAnew'] {
  const forget = db.prepare('delete from shown where slot = ?');
  return async (effect, at) =>
    db.atomically(() => {
      forget.run(effect.slot);
      addWishes([effect], at);
    });
}

type Ends = {
  readonly [Verb in 'done' | 'defer' | 'fail' | 'revoke']: (
    key: EffectKey,
    options: Parameters<OutboxStore[Verb]>[1],
  ) => void;
};

function createEnds(db: Guarded): Ends {
  const selectRow = db.prepare('select seq, slot, is_collapsing, state, may_be_done from outbox where key = ?');
  const end = db.prepare('update outbox set state = @state, ended_at = @at, error = @error where key = @key');
  const markRevoked = db.prepare('update outbox set is_revoked = 1 where key = ?');
  const rest = db.prepare(
    `update outbox set state = @state, may_be_done = @mayBeDone, retry_at = @retryAt, error = @error,
       attempts = attempts - @notTried, faults = faults + @isFault, not_before = max(not_before, @notBefore)
     where key = @key`,
  );
  const delayNewer = db.prepare(
    `update outbox set retry_at = max(retry_at, @retryAt), not_before = max(not_before, @notBefore)
     where slot = @slot and state = 'pending' and seq > @seq and is_doubt = 0`,
  );
  const learn = db.prepare(
    `insert into remote_ids (slot, remote_id, known_at) values (@slot, @remoteId, @at)
     on conflict (slot) do update set remote_id = excluded.remote_id, known_at = excluded.known_at`,
  );
  const show = db.prepare(
    `insert into shown (slot, digest) values (@slot, @shown) on conflict (slot) do update set digest = excluded.digest`,
  );
  // It may have been done in part: the next wish for the slot is sent, whatever was shown before.
  const forget = db.prepare('delete from shown where slot = ?');
  /** The row of an effect that has not ended; null when it has, because an end stays as it is. */
  const openRow = (key: EffectKey): z.infer<typeof openedRow> | null => {
    const row = selectRow.get(key);
    if (row === undefined) throw new Error(`There is no effect ${key}.`);
    const opened = parseStored(openedRow, row, 'a wished effect');
    return hasEnded(opened.state) ? null : opened;
  };
  return {
    done: (key, { remoteId, at, shown = null }) => {
      const row = openRow(key);
      if (!row) return;
      end.run({ key, state: 'done', at, error: null });
      if (remoteId !== null) learn.run({ slot: row.slot, remoteId, at });
      if (shown !== null) show.run({ slot: row.slot, shown });
    },
    defer: (key, { retryAt, wasSent, error, why = 'outage' }) => {
      const row = openRow(key);
      if (!row) return;
      const mayBeDone = wasSent || row.may_be_done === 1;
      // A wish for the same slot that came meanwhile says all that this one says, unless this one must be looked up.
      const notBefore = why === 'held-back' ? retryAt : 0;
      const isOutdated = delayNewer.run({ retryAt, notBefore, slot: row.slot, seq: row.seq }).changes > 0;
      const state = mayBeDone ? 'unknown' : isOutdated && row.is_collapsing === 1 ? 'superseded' : 'pending';
      rest.run({
        ...{ key, state, mayBeDone: mayBeDone ? 1 : 0, retryAt, notBefore, error: cutNote(error) },
        ...{ notTried: why === 'not-tried' || why === 'held-back' ? 1 : 0, isFault: why === 'fault' ? 1 : 0 },
      });
      forget.run(row.slot);
    },
    fail: (key, { error, at }) => {
      const row = openRow(key);
      if (!row) return;
      end.run({ key, state: 'failed', at, error: cutNote(error) });
      forget.run(row.slot);
    },
    revoke: (key, { why, at }) => {
      const row = openRow(key);
      if (!row) return;
      end.run({ key, state: 'failed', at, error: revokedBecause(why) });
      markRevoked.run(key);
      forget.run(row.slot);
    },
  };
}

function hasEnded(state: z.infer<typeof effectState>): boolean {
  return state === 'done' || state === 'failed' || state === 'superseded';
}

const effectState = z.enum(['pending', 'sending', 'unknown', 'done', 'failed', 'superseded']);
const countRow = z.strictObject({ state: z.enum([...effectState.options, 'revoked']), count: z.number() });
const openedRow = z.strictObject({
  seq: z.number(),
  slot: z.string(),
  is_collapsing: z.number(),
  state: effectState,
  may_be_done: z.number(),
});
const failedRow = z.strictObject({
  ...{ key: z.string().transform(effectKey), repositoryId: z.number(), issueNumber: z.number() },
  ...{ body: z.string(), error: z.string(), attempts: z.number(), at: z.number() },
});
const shownRow = z.strictObject({ digest: z.string() });
const doubtsRow = z.strictObject({ count: z.number() });
const remoteIdRow = z.strictObject({ remote_id: z.string() });
