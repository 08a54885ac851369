import { z } from 'zod';

import { deliveryId, type DeliveryId } from '../../domain/ids.ts';
import type { DeliveryStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import { createGroup } from './commit-group.ts';
import { createDeliveryTries } from './delivery-tries.ts';
import type { Guarded } from './guarded.ts';
import { cutNote } from './note.ts';

/**
 * The inbox, in the tables `deliveries` and `delivery_tries`. `receive` is the work of a writer, which may be a thread of its
 * own. `flush` is for the closing of the store.
 */
export function createDeliveries(
  db: Guarded,
  receive: DeliveryStore['receive'],
): DeliveryStore & { readonly flush: () => void } {
  const selectOne = db.prepare('select 1 from deliveries where id = ?');
  const selectPayload = db.prepare('select payload from deliveries where id = ?');
  const end = db.prepare(
    `update deliveries set state = @end, note = @note where id = @id and state = 'waiting' returning seq`,
  );
  const { atomically } = db;
  const group = createGroup(atomically);
  const tries = createDeliveryTries(db);

  /** What is there and was not changed has ended already. */
  const mustExist = (id: DeliveryId, isChanged: boolean): Error | undefined =>
    isChanged || selectOne.get(id) !== undefined ? undefined : new Error(`There is no delivery ${id}.`);

  return {
    receive,
    known: async (ids) => new Set(ids.filter((id) => selectOne.get(id) !== undefined)),
    payload: async (id) => {
      const row = selectPayload.get(id);
      if (row === undefined) throw new Error(`There is no delivery ${id}.`);
      return parseStored(payloadRow, row, 'a delivery').payload;
    },
    claim: async (options) => atomically(() => tries.claim(options)),
    end: (id, how, note) =>
      group.add(() => {
        const [row] = end.all({ id, end: how, note: cutNote(note) });
        if (row === undefined) return mustExist(id, false);
        return tries.end(parseStored(seqRow, row, 'a delivery').seq, how);
      }),
    defer: (id, { concerns = null, ...options }) =>
      group.add(() => mustExist(id, tries.defer(id, { ...options, concerns }))),
    putBack: (id, { retryAt }) => group.add(() => mustExist(id, tries.putBack(id, retryAt))),
    concern: (id, place) => group.add(() => tries.concern(id, place)),
    recover: async () => atomically(() => tries.recover()),
    blame: async (options) => atomically(() => tries.blame(options)),
    replay: async (id) => atomically(() => tries.replay(id)),
    flush: () => group.flush(),
    ...createLooks(db),
  };
}

const payloadRow = z.strictObject({ payload: z.string() });
const seqRow = z.strictObject({ seq: z.number() });

/** What only reads. */
function createLooks(db: Guarded): Pick<DeliveryStore, 'waiting' | 'fate' | 'setAside' | 'count'> {
  const selectWaiting = db.prepare(
    `select id, event, payload, received_at as receivedAt, coalesce(tries, 0) as attempts
     from deliveries left join delivery_tries using (seq)
     where state = 'waiting' and coalesce(delivery_tries.retry_at, 0) <= @now order by received_at, seq limit @limit`,
  );
  const selectSetAside = db.prepare(
    `select id, event, received_at as receivedAt, coalesce(tries, 0) as attempts, coalesce(crashes, 0) as crashes,
       coalesce(note, '') as reason, repository_id as repositoryId, issue_number as issueNumber
     from deliveries left join delivery_tries using (seq)
     where state = 'set-aside' order by received_at desc, seq desc limit ?`,
  );
  const selectFate = db.prepare('select state, note from deliveries where id = ?');
  const countByState = db.prepare('select state, count(*) as count from deliveries group by state');
  return {
    waiting: async ({ now, limit }) =>
      selectWaiting.all({ now, limit }).map((row) => parseStored(waitingRow, row, 'a delivery')),
    fate: async (id) => {
      const row = selectFate.get(id);
      if (row === undefined) return null;
      const { state, note } = parseStored(fateRow, row, 'a delivery');
      return state === 'waiting' ? { state, note: null } : { state, note: note ?? '' };
    },
    setAside: async (limit) =>
      selectSetAside.all(limit).map((row) => {
        const { repositoryId, issueNumber, ...one } = parseStored(setAsideRow, row, 'a delivery');
        return { ...one, concerns: repositoryId === null ? null : { repositoryId, issueNumber } };
      }),
    count: async () => {
      const counts = { waiting: 0, processed: 0, uninteresting: 0, 'set-aside': 0 };
      for (const row of countByState.all()) {
        const { state, count } = parseStored(countRow, row, 'a count of deliveries');
        counts[state] = count;
      }
      return counts;
    },
  };
}

const state = z.enum(['waiting', 'processed', 'uninteresting', 'set-aside']);
const countRow = z.strictObject({ state, count: z.number() });
const fateRow = z.strictObject({ state, note: z.string().nullable() });

const id = z.string().transform(deliveryId);
const waitingRow = z.strictObject({
  ...{ id, event: z.string(), payload: z.string(), receivedAt: z.number(), attempts: z.number() },
});
const setAsideRow = z.strictObject({
  ...{ id, event: z.string(), receivedAt: z.number(), attempts: z.number(), crashes: z.number(), reason: z.string() },
  ...{ repositoryId: z.number().nullable(), issueNumber: z.number().nullable() },
});
