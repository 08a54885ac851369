import { randomUUID } from 'node:crypto';

import type { IncomingEvent } from '../src/domain/event/incoming.ts';
import { deliveryId } from '../src/domain/ids.ts';
import { createDeliveryReader } from '../src/github/delivery-reader.ts';
import { parseDelivery } from '../src/github/webhook.ts';
import type { Ports } from '../src/work/ports.ts';
import { besideCommands } from '../src/work/read-command.ts';
import type { ReadDelivery, Routing } from '../src/work/route-deliveries.ts';
import { routeDelivery } from '../src/work/route-delivery.ts';

const reader = createDeliveryReader({ program: new URL('file:///nowhere') }); // all bodies of tests are small

/** Routing as the server does it, without the App framework between. */
export function routingTo(deliver: (delivery: ReadDelivery) => Promise<string>): Routing {
  return { read: besideCommands(reader.read), deliver };
}

export function usualRouting(ports: Ports): Routing {
  return routingTo((delivery) => routeDelivery(ports, delivery));
}

/** A delivery of its own, as it is once its payload was read. */
export function readDelivery(event: string, payload: string): ReadDelivery {
  return { id: deliveryId(randomUUID()), event, incoming: eventIn(event, payload) };
}

function eventIn(event: string, payload: string): IncomingEvent {
  const parsed = parseDelivery(event, payload);
  if (parsed.kind === 'event') return parsed.event;
  throw new Error(`That is no event: ${parsed.why}`);
}
