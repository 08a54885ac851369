import { z } from 'zod';

import { deliveryId, type DeliveryId } from '../../domain/ids.ts';
import type { ClaimedDelivery, Concerns, DeliveryEnd, DeliveryStore, Replayed } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded, Statement } from './guarded.ts';
import { cutNote } from './note.ts';

type Options<Verb extends 'claim' | 'blame'> = Parameters<DeliveryStore[Verb]>[0];

/** The part of the inbox that counts tries. Each is to be called inside a transaction; false: there is nothing to change. */
export type DeliveryTries = {
  claim(options: Options<'claim'>): readonly ClaimedDelivery[];
  end(seq: number, how: DeliveryEnd): undefined;
  defer(
    id: DeliveryId,
    options: {
      readonly retryAt: number;
      readonly error: string;
      readonly isFault: boolean;
      readonly concerns: Concerns | null;
    },
  ): boolean;
  putBack(id: DeliveryId, retryAt: number): boolean;
  concern(id: DeliveryId, place: Concerns): undefined;
  recover(): undefined;
  blame(options: Options<'blame'>): Awaited<ReturnType<DeliveryStore['blame']>>;
  replay(id: DeliveryId): Replayed;
};

/** The one writer of the table `delivery_tries`. A delivery has a row from its first try until it has ended well. */
export function createDeliveryTries(db: Guarded): DeliveryTries {
  const forget = db.prepare('delete from delivery_tries where seq = ?');
  const keep = db.prepare('update delivery_tries set is_under_way = 0 where seq = ?');
  const waitingSeq = `(select seq from deliveries where id = @id and state = 'waiting')`;
  const defer = db.prepare(
    `insert into delivery_tries (seq, tries, faults, crashes, is_under_way, retry_at)
     select seq, 1, @isFault, 0, 0, @retryAt from deliveries where id = @id and state = 'waiting'
     on conflict (seq) do update set is_under_way = 0, retry_at = excluded.retry_at, faults = faults + excluded.faults`,
  );
  const explain = db.prepare(`update deliveries set note = @error where id = @id and state = 'waiting'`);
  const putBack = db.prepare(
    `update delivery_tries set tries = tries - 1, is_under_way = 0, retry_at = @retryAt where seq = ${waitingSeq}`,
  );
  const concern = db.prepare(
    `update delivery_tries set repository_id = @repositoryId, issue_number = @issueNumber
     where seq = (select seq from deliveries where id = @id)`,
  );
  const recover = db.prepare('update delivery_tries set is_under_way = 0 where is_under_way = 1');
  const claim = createClaim(db);
  const trial = createTrial(db);
  return {
    claim,
    ...trial,
    end(seq, how) {
      (how === 'set-aside' ? keep : forget).run(seq);
    },
    defer(id, { retryAt, error, isFault, concerns }) {
      if (defer.run({ id, retryAt, isFault: isFault ? 1 : 0 }).changes === 0) return false;
      explain.run({ id, error: cutNote(error) });
      if (concerns) concern.run({ id, ...concerns });
      return true;
    },
    putBack: (id, retryAt) => putBack.run({ id, retryAt }).changes > 0,
    concern(id, place) {
      concern.run({ id, ...place });
    },
    recover() {
      recover.run();
    },
  };
}

/** Live ones first, a share for those that have waited, and of those that may have ended the process one at a time. */
function createClaim(db: Guarded): DeliveryTries['claim'] {
  const columns = `deliveries.seq as seq, id, event, received_at as receivedAt, octet_length(payload) as payloadBytes,
    coalesce(tries, 0) as attempts, coalesce(faults, 0) as faults, coalesce(crashes, 0) as crashes`;
  const select = (when: string): Statement =>
    db.prepare(
      `select ${columns} from deliveries indexed by deliveries_waiting
         left join delivery_tries on delivery_tries.seq = deliveries.seq
       where state = 'waiting' and received_at ${when} and (
         delivery_tries.seq is null
         or (is_under_way = 0 and crashes = 0 and delivery_tries.retry_at <= @now)
       ) order by received_at, deliveries.seq limit @limit`,
    );
  const live = select('>= @liveSince');
  const backlog = select('< @liveSince');
  const suspect = db.prepare(
    `select ${columns} from delivery_tries join deliveries on deliveries.seq = delivery_tries.seq
     where crashes > 0 and state = 'waiting' and delivery_tries.retry_at <= @now
       and not exists (select 1 from delivery_tries as other where other.is_under_way = 1 and other.crashes > 0)
     order by crashes, delivery_tries.seq limit 1`,
  );
  const selectAny = db.prepare(
    `select 1 from deliveries indexed by deliveries_waiting where state = 'waiting' limit 1`,
  );
  const begin = db.prepare(
    `insert into delivery_tries (seq, tries, crashes, is_under_way, retry_at) values (?, 1, 0, 1, 0)
     on conflict (seq) do update set tries = tries + 1, is_under_way = 1`,
  );
  return ({ now, liveSince, limit, backlogMin }) => {
    if (selectAny.get() === undefined) return []; // as most looks find it
    const old = backlog.all({ now, liveSince, limit });
    const fresh = live.all({ now, liveSince, limit: limit - Math.min(backlogMin, old.length, limit) });
    const rows = [...fresh, ...old.slice(0, limit - fresh.length), ...suspect.all({ now })];
    return rows.map((row) => {
      const { seq, ...claimed } = parseStored(claimedRow, row, 'a delivery');
      begin.run(seq);
      return claimed;
    });
  };
}

/** After an end of the process that nobody asked for; and a second chance for what was set aside. */
function createTrial(db: Guarded): Pick<DeliveryTries, 'blame' | 'replay'> {
  const blame = db.prepare(
    `update delivery_tries set is_under_way = 0, crashes = crashes + 1, retry_at = @retryAt where is_under_way = 1`,
  );
  const setAside = db.prepare(
    `update deliveries set state = 'set-aside', note = @reason where state = 'waiting' and seq in (
       select seq from delivery_tries where crashes >= @crashesMax
     ) returning id`,
  );
  const selectState = db.prepare('select seq, state from deliveries where id = ?');
  const waitAgain = db.prepare(`update deliveries set state = 'waiting', note = null where seq = ?`);
  const forget = db.prepare('delete from delivery_tries where seq = ?');
  return {
    blame: ({ retryAt, crashesMax, reason }) => ({
      suspects: blame.run({ retryAt }).changes,
      setAside: setAside.all({ crashesMax, reason }).map((row) => parseStored(idRow, row, 'a delivery').id),
    }),
    replay(id) {
      const row = selectState.get(id);
      if (row === undefined) return 'unknown';
      const { seq, state } = parseStored(stateRow, row, 'a delivery');
      if (state !== 'set-aside') return 'not-set-aside';
      waitAgain.run(seq);
      forget.run(seq);
      return 'replayed';
    },
  };
}

const id = z.string().transform(deliveryId);
const idRow = z.strictObject({ id });
const stateRow = z.strictObject({ seq: z.number(), state: z.string() });
const claimedRow = z.strictObject({
  ...{ seq: z.number(), id, event: z.string(), receivedAt: z.number() },
  ...{ payloadBytes: z.number(), attempts: z.number(), faults: z.number(), crashes: z.number() },
});
