import type { Guarded } from './guarded.ts';

/** A delivery as it is written. Bytes are UTF-8. */
export type DeliveryRow = {
  readonly id: string;
  readonly event: string;
  readonly payload: string | Uint8Array;
  readonly receivedAt: number;
};

/**
 * Stores many deliveries in one transaction, so that they share one fsync; committed and synced when it returns. Says of
 * each whether it is new. All or none: when it throws, nothing is stored.
 */
export function createReceiveGroup(db: Guarded): (rows: readonly DeliveryRow[]) => readonly ('stored' | 'known')[] {
  // The cast takes bytes for the text that they are; making a string of them first would copy them three times.
  const insert = db.prepare(
    `insert into deliveries (id, event, payload, received_at, state, attempts, retry_at)
     values (?, ?, cast(? as text), ?, 'waiting', 0, 0) on conflict (id) do nothing`,
  );
  return (rows) =>
    db.atomically(() =>
      rows.map(({ id, event, payload, receivedAt }) =>
        insert.run(id, event, payload, receivedAt).changes === 1 ? 'stored' : 'known',
      ),
    );
}
