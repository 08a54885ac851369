import { z } from 'zod';
import type { GitHub, SentDelivery } from '../github.ts';
import type { Calls } from './calls.ts';

const PAGE_SIZE = 100; // the most that GitHub gives

const rows = z.array(
  z.object({
    id: z.number(),
    guid: z.string(),
    event: z.string(),
    status_code: z.number(),
    delivered_at: z.string(),
  }),
);

/** The App's own webhook deliveries, as GitHub remembers them. */
export function deliveryCalls(calls: Calls): Pick<GitHub, 'deliveriesSince' | 'redeliver'> {
  return {
    async deliveriesSince(at, limit) {
      const found: SentDelivery[] = [];
      let cursor: string | null = null;
      do {
        const parameters: Readonly<Record<string, unknown>> = {
          per_page: PAGE_SIZE,
          ...(cursor === null ? {} : { cursor }),
        };
        const page = await calls.readPageAsApp('GET /app/hook/deliveries', parameters, rows);
        const recent = page.content.map(sentDelivery).filter((one) => one.deliveredAt >= at);
        found.push(...recent);
        cursor = recent.length < page.content.length ? null : page.nextCursor;
      } while (cursor !== null && found.length < limit);
      return found.slice(0, limit);
    },
    async redeliver(id) {
      await calls.readAsApp('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id }, z.unknown());
    },
  };
}

function sentDelivery(row: z.infer<typeof rows>[number]): SentDelivery {
  const { id, guid, event } = row;
  return {
    id,
    guid,
    event,
    isOk: row.status_code >= 200 && row.status_code < 300,
    deliveredAt: Date.parse(row.delivered_at),
  };
}
