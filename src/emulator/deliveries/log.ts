import type { PostOutcome } from './post.ts';

export type LogEntry = {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly payload: object;
  /** The JSON that was sent. */
  readonly body: string;
  readonly isRedelivery: boolean;
  /** Epoch ms. */
  readonly deliveredAt: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly outcome: PostOutcome;
};

/** GitHub's "simple webhook delivery": a row of the list. */
export type DeliveryItem = {
  readonly id: number;
  readonly guid: string;
  readonly delivered_at: string;
  readonly redelivery: boolean;
  /** Seconds. */
  readonly duration: number;
  readonly status: string;
  readonly status_code: number;
  readonly event: string;
  readonly action: string | null;
  readonly installation_id: number | null;
  readonly repository_id: number | null;
  readonly throttled_at: null;
};

/** GitHub's "webhook delivery": one in full. */
export type Delivery = DeliveryItem & {
  readonly url: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly payload: unknown };
  readonly response: { readonly headers: Readonly<Record<string, string>>; readonly payload: string | null };
};

export type DeliveryPage = {
  readonly items: readonly DeliveryItem[];
  /** Of the next page, or null. */
  readonly nextCursor: string | null;
};

export type DeliveryLog = {
  add(entry: LogEntry): void;
  /** Newest first. A cursor is what a page before gave; an unknown one starts at the front. */
  list(options: {
    readonly perPage: number;
    readonly cursor?: string;
    readonly status?: 'success' | 'failure';
  }): DeliveryPage;
  get(id: number): Delivery | null;
  entry(id: number): LogEntry | null;
};

/** What is kept; GitHub keeps three days. */
const entriesMax = 10_000;
const firstId = 1_000_000_001; // as long as GitHub's, so that nobody takes it for anything else

/** What was delivered, with ids that rise in the order in which the attempts ended. */
export function createDeliveryLog(): DeliveryLog {
  const entries = new Map<number, LogEntry>();
  let nextId = firstId;
  return {
    add(entry) {
      entries.set(nextId, entry);
      nextId += 1;
      entries.delete(nextId - entriesMax - 1);
    },
    list({ perPage, cursor, status }) {
      const before = /^v1_\d+$/.test(cursor ?? '') ? Number(cursor?.slice('v1_'.length)) : Infinity;
      const wanted = [...entries]
        .filter(([id, entry]) => id < before && (status === undefined || (status === 'success') === isGood(entry)))
        .toReversed();
      const items = wanted.slice(0, perPage).map(([id, entry]) => itemOf(id, entry));
      const last = items.at(-1);
      return { items, nextCursor: last && wanted.length > perPage ? `v1_${last.id}` : null };
    },
    get(id) {
      const entry = entries.get(id);
      if (!entry) return null;
      const payload: unknown = JSON.parse(entry.body);
      return {
        ...itemOf(id, entry),
        url: entry.url,
        request: { headers: entry.headers, payload },
        response: { headers: entry.outcome.headers, payload: entry.outcome.payload },
      };
    },
    entry: (id) => entries.get(id) ?? null,
  };
}

function isGood({ outcome }: LogEntry): boolean {
  return outcome.statusCode >= 200 && outcome.statusCode < 300;
}

function itemOf(id: number, entry: LogEntry): DeliveryItem {
  return {
    id,
    guid: entry.guid,
    delivered_at: new Date(entry.deliveredAt).toISOString(),
    redelivery: entry.isRedelivery,
    duration: Math.round(entry.outcome.durationMs / 10) / 100,
    status: entry.outcome.status,
    status_code: entry.outcome.statusCode,
    event: entry.event,
    action: entry.action,
    installation_id: entry.installationId,
    repository_id: entry.repositoryId,
    throttled_at: null,
  };
}
