import { z } from 'zod';

import { notFound, unprocessable } from '../errors.ts';
import { cursorLink, pageOf } from '../paging.ts';
import { numberOf, ok, parseBody, route, type Call, type Reply, type Route } from '../route.ts';
import type { App } from '../state/people.ts';
import { appOf } from './app.ts';

/** The App's webhook: where it goes, what was delivered, and delivering it again. */
export const deliveryRoutes: readonly Route[] = [
  route('GET /app/hook/config', 'app', (call) => ok(renderConfig(appOf(call)))),
  route('PATCH /app/hook/config', 'app', (call) => {
    const app = appOf(call);
    const { url, secret } = parseBody(call, z.object({ url: z.string().optional(), secret: z.string().optional() }));
    app.webhook = { url: url ?? app.webhook.url, secret: secret ?? app.webhook.secret };
    return ok(renderConfig(app));
  }),
  route('GET /app/hook/deliveries', 'app', listed),
  route('GET /app/hook/deliveries/{delivery_id}', 'app', (call) => {
    const delivery = call.hub.deliveriesOf(appOf(call)).get(numberOf(call, 'delivery_id'));
    if (delivery === null) throw notFound();
    return ok(delivery);
  }),
  route('POST /app/hook/deliveries/{delivery_id}/attempts', 'app', (call) => {
    if (!call.hub.deliveriesOf(appOf(call)).redeliver(numberOf(call, 'delivery_id'))) throw notFound();
    return { status: 202, body: {} };
  }),
];

function listed(call: Call): Reply {
  const { query, hub } = call;
  const cursor = query.get('cursor');
  const status = query.get('status');
  if (status !== null && status !== 'success' && status !== 'failure') throw unprocessable('Invalid status');
  const found = hub.deliveriesOf(appOf(call)).list({
    perPage: pageOf(query).perPage,
    ...(cursor !== null && { cursor }),
    ...(status !== null && { status }),
  });
  const link = cursorLink(found.nextCursor, new URL(`${hub.url}/app/hook/deliveries?${query.toString()}`));
  return { status: 200, body: found.items, headers: link === null ? {} : { link } };
}

function renderConfig({ webhook }: App): unknown {
  return {
    content_type: 'json',
    insecure_ssl: '0',
    secret: '********',
    ...(webhook.url !== null && { url: webhook.url }),
  };
}
