import type Database from 'better-sqlite3';
import { z } from 'zod';

import type { EffectKey } from '../../domain/ids.ts';
import { effectFromJson } from '../stored-effect.ts';
import type { Claimed, EffectState, OutboxStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import { cutNote } from './note.ts';
import type { AddWishes } from './wishes.ts';

/** Wished effects and how far they are, in the tables `outbox` and `remote_ids`. */
export function createOutbox(db: Database.Database, addWishes: AddWishes): OutboxStore {
  const selectRemoteId = db.prepare('select remote_id from remote_ids where slot = ?');
  const recover = db.prepare(`update outbox set state = 'unknown', may_be_done = 1 where state = 'sending'`);
  const countByState = db.prepare('select state, count(*) as count from outbox group by state');
  const selectFailed = db.prepare(
    `select key, body, error from outbox where state = 'failed' order by seq desc limit ?`,
  );
  const atomically = <T>(work: () => T): T => db.transaction(work).immediate();
  const claim = createClaim(db);
  const ends = createEnds(db);

  return {
    add: async (effects, at) => atomically(() => addWishes(effects, at)),
    claim: async (options) => atomically(() => claim(options)),
    done: async (key, options) => atomically(() => ends.done(key, options)),
    defer: async (key, options) => atomically(() => ends.defer(key, options)),
    fail: async (key, options) => atomically(() => ends.fail(key, options)),
    failed: async (limit) =>
      selectFailed.all(limit).map((row) => {
        const { key, body, error } = parseStored(failedRow, row, 'a failed effect');
        return { effect: effectFromJson(body, key), error };
      }),
    remoteId: async (slot) => {
      const row = selectRemoteId.get(slot);
      return row === undefined ? null : parseStored(remoteIdRow, row, 'a remote id').remote_id;
    },
    recover: async () => recover.run().changes,
    count: async () => {
      const counts = { pending: 0, sending: 0, unknown: 0, done: 0, failed: 0, superseded: 0 };
      for (const row of countByState.all()) {
        const { state, count } = parseStored(countRow, row, 'a count of effects');
        counts[state] = count;
      }
      return counts;
    },
  };
}

function createClaim(db: Database.Database): (options: { now: number; limit: number }) => readonly Claimed[] {
  // The first effect of a lane that has not ended speaks for the lane: under way or too early, and the lane rests.
  const selectHeads = db.prepare(
    `select key, attempts, body,
       may_be_done or exists (
         select 1 from outbox as given_up
         where given_up.state = 'failed' and given_up.may_be_done and given_up.slot = outbox.slot
       ) as may_be_done
     from outbox
     where seq in (
       select min(seq) from outbox where state in ('pending', 'sending', 'unknown') group by repository_id, issue_number
     ) and state <> 'sending' and retry_at <= @now
     order by seq limit @limit`,
  );
  const send = db.prepare(`update outbox set state = 'sending', attempts = attempts + 1 where key = ?`);
  return ({ now, limit }) =>
    selectHeads.all({ now, limit }).map((row) => {
      const { key, attempts, may_be_done, body } = parseStored(claimedRow, row, 'a wished effect');
      send.run(key);
      return { effect: effectFromJson(body, key), attempts, mayBeDone: may_be_done === 1 };
    });
}

type Ends = {
  readonly [Verb in 'done' | 'defer' | 'fail']: (key: EffectKey, options: Parameters<OutboxStore[Verb]>[1]) => void;
};

function createEnds(db: Database.Database): Ends {
  const selectRow = db.prepare('select seq, slot, is_collapsing, state, may_be_done from outbox where key = ?');
  const end = db.prepare('update outbox set state = @state, ended_at = @at, error = @error where key = @key');
  const rest = db.prepare(
    'update outbox set state = @state, may_be_done = @mayBeDone, retry_at = @retryAt, error = @error where key = @key',
  );
  const delayNewer = db.prepare(
    `update outbox set retry_at = max(retry_at, @retryAt) where slot = @slot and state = 'pending' and seq > @seq`,
  );
  const learn = db.prepare(
    `insert into remote_ids (slot, remote_id, known_at) values (@slot, @remoteId, @at)
     on conflict (slot) do update set remote_id = excluded.remote_id, known_at = excluded.known_at`,
  );
  /** The row of an effect that has not ended; null when it has, because an end stays as it is. */
  const openRow = (key: EffectKey): z.infer<typeof openedRow> | null => {
    const row = selectRow.get(key);
    if (row === undefined) throw new Error(`There is no effect ${key}.`);
    const opened = parseStored(openedRow, row, 'a wished effect');
    return hasEnded(opened.state) ? null : opened;
  };
  return {
    done: (key, { remoteId, at }) => {
      const row = openRow(key);
      if (!row) return;
      end.run({ key, state: 'done', at, error: null });
      if (remoteId !== null) learn.run({ slot: row.slot, remoteId, at });
    },
    defer: (key, { retryAt, wasSent, error }) => {
      const row = openRow(key);
      if (!row) return;
      const mayBeDone = wasSent || row.may_be_done === 1;
      // A wish for the same slot that came meanwhile says all that this one says, unless this one must be looked up.
      const isOutdated = delayNewer.run({ retryAt, slot: row.slot, seq: row.seq }).changes > 0;
      const state = mayBeDone ? 'unknown' : isOutdated && row.is_collapsing === 1 ? 'superseded' : 'pending';
      rest.run({ key, state, mayBeDone: mayBeDone ? 1 : 0, retryAt, error: cutNote(error) });
    },
    fail: (key, { error, at }) => {
      if (openRow(key)) end.run({ key, state: 'failed', at, error: cutNote(error) });
    },
  };
}

function hasEnded(state: EffectState): boolean {
  return state === 'done' || state === 'failed' || state === 'superseded';
}

const effectState = z.enum(['pending', 'sending', 'unknown', 'done', 'failed', 'superseded']);
const countRow = z.strictObject({ state: effectState, count: z.number() });
const openedRow = z.strictObject({
  seq: z.number(),
  slot: z.string(),
  is_collapsing: z.number(),
  state: effectState,
  may_be_done: z.number(),
});
const failedRow = z.strictObject({ key: z.string(), body: z.string(), error: z.string() });
const remoteIdRow = z.strictObject({ remote_id: z.string() });
const claimedRow = z.strictObject({
  key: z.string(),
  attempts: z.number(),
  may_be_done: z.number(),
  body: z.string(),
});
