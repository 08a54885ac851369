import type { DeliveryRow } from './receive-group.ts';

/** Deliveries on their way to the writer's thread: their payloads lie one after another in `bytes`, which is handed over. */
export type GroupMessage = {
  readonly bytes: ArrayBuffer;
  readonly ids: readonly string[];
  readonly events: readonly string[];
  readonly receivedAts: readonly number[];
  /** Where each payload ends in `bytes`. */
  readonly ends: readonly number[];
};

/** What the thread says of a group. It gives the bytes back, to be used again. */
export type GroupAnswer = { readonly bytes: ArrayBuffer } & (
  { readonly outcomes: readonly ('stored' | 'known')[] } | { readonly error: Error }
);

export type Group = ReturnType<typeof createGroup>;

/** Bytes of payloads that share one commit; a larger payload is a group of its own. */
export const GROUP_BYTES = 1024 * 1024;
/** Rows that share one commit: many enough to hide its cost, few enough to be answered within milliseconds. */
export const GROUP_ROWS_MAX = 256;

/** Collects deliveries that will be stored together, in memory that somebody gives. */
export function createGroup(bytes: ArrayBuffer) {
  const view = new Uint8Array(bytes);
  const [ids, events, receivedAts, ends]: [string[], string[], number[], number[]] = [[], [], [], []];
  const waiting: { resolve: (outcome: 'stored' | 'known') => void; reject: (error: unknown) => void }[] = [];
  let used = 0;
  return {
    message: (): GroupMessage => ({ bytes, ids, events, receivedAts, ends }),
    bytes: () => used,
    hasRoomFor: (length: number) => ids.length < GROUP_ROWS_MAX && used + length <= view.length,
    /** Copies the payload. Resolves when the group is answered. */
    add({ id, event, receivedAt }: DeliveryRow, payload: Uint8Array): Promise<'stored' | 'known'> {
      view.set(payload, used);
      used += payload.length;
      ids.push(id);
      events.push(event);
      receivedAts.push(receivedAt);
      ends.push(used);
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    answer(answer: GroupAnswer): void {
      if ('error' in answer) return this.fail(answer.error);
      waiting.forEach(({ resolve, reject }, index) => {
        const outcome = answer.outcomes[index];
        if (outcome === undefined) reject(new Error('The writer said nothing of this delivery.'));
        else resolve(outcome);
      });
    },
    fail(error: unknown): void {
      for (const { reject } of waiting) reject(error);
    },
  };
}

/** The rows of a group, in the thread that stores them. */
export function rowsOf({ bytes, ids, events, receivedAts, ends }: GroupMessage): readonly DeliveryRow[] {
  return ids.map((id, index) => {
    const from = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const payload = Buffer.from(bytes, from, (ends[index] ?? from) - from);
    return { id, event: events[index] ?? '', payload, receivedAt: receivedAts[index] ?? 0 };
  });
}
