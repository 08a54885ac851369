import { z } from 'zod';
import type { GitHub, SentDelivery } from '../github.ts';
import type { Calls } from './calls.ts';

const PAGE_SIZE = 100; // the most that GitHub gives

const rows = z.array(
  z.object({
    id: z.number(),
    guid: z.string(),
    event: z.string(),
    delivered_at: z.string(),
    redelivery: z.boolean(),
  }),
);

/** The App's own webhook deliveries, as GitHub remembers them. */
export function deliveryCalls(calls: Calls): Pick<GitHub, 'deliveries' | 'redeliver'> {
  return {
    async deliveries(cursor) {
      const parameters = { per_page: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) };
      const page = await calls.readPageAsApp('GET /app/hook/deliveries', parameters, rows);
      return { deliveries: page.content.map(sentDelivery), nextCursor: page.nextCursor, githubNow: page.at };
    },
    async redeliver(id) {
      await calls.writeAsApp('POST /app/hook/deliveries/{delivery_id}/attempts', { delivery_id: id }, z.unknown());
    },
  };
}

function sentDelivery({ id, guid, event, ...row }: z.infer<typeof rows>[number]): SentDelivery {
  return { id, guid, event, deliveredAt: Date.parse(row.delivered_at), isRedelivery: row.redelivery };
}
