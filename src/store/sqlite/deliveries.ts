import type Database from 'better-sqlite3';
import { z } from 'zod';

import { deliveryId, type DeliveryId } from '../../domain/ids.ts';
import type { Delivery, DeliveryStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import { cutNote } from './note.ts';

/** The inbox, in the table `deliveries`. */
export function createDeliveries(db: Database.Database): DeliveryStore {
  const insert = db.prepare(
    `insert into deliveries (id, event, payload, received_at, state, attempts, retry_at)
     values (@id, @event, @payload, @receivedAt, 'waiting', 0, 0) on conflict (id) do nothing`,
  );
  const selectWaiting = db.prepare(
    `select id, event, payload, received_at, attempts from deliveries
     where state = 'waiting' and retry_at <= @now order by received_at, seq limit @limit`,
  );
  const selectOne = db.prepare('select 1 from deliveries where id = ?');
  const end = db.prepare(`update deliveries set state = @end, note = @note where id = @id and state = 'waiting'`);
  const defer = db.prepare(
    `update deliveries set attempts = attempts + 1, retry_at = @retryAt, note = @error
     where id = @id and state = 'waiting'`,
  );
  const countByState = db.prepare('select state, count(*) as count from deliveries group by state');

  const mustExist = (changes: number, id: DeliveryId): void => {
    if (changes === 0 && !selectOne.get(id)) throw new Error(`There is no delivery ${id}.`);
  };

  return {
    receive: async ({ id, event, payload, receivedAt }) =>
      insert.run({ id, event, payload, receivedAt }).changes === 1 ? 'stored' : 'known',
    known: async (ids) => new Set(ids.filter((id) => selectOne.get(id) !== undefined)),
    waiting: async ({ now, limit }) => selectWaiting.all({ now, limit }).map(deliveryOf),
    end: async (id, how, note) => mustExist(end.run({ id, end: how, note: cutNote(note) }).changes, id),
    defer: async (id, { retryAt, error }) => mustExist(defer.run({ id, retryAt, error: cutNote(error) }).changes, id),
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

const countRow = z.strictObject({
  state: z.enum(['waiting', 'processed', 'uninteresting', 'set-aside']),
  count: z.number(),
});

const deliveryRow = z.strictObject({
  id: z.string().transform(deliveryId),
  event: z.string(),
  payload: z.string(),
  received_at: z.number(),
  attempts: z.number(),
});

function deliveryOf(row: unknown): Delivery {
  const { received_at: receivedAt, ...rest } = parseStored(deliveryRow, row, 'a delivery');
  return { ...rest, receivedAt };
}
