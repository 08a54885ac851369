import type { IncomingEvent } from '../domain/event/incoming.ts';
import type { DeliveryId } from '../domain/ids.ts';
import { parseDelivery } from '../github/webhook.ts';
import { unreachable } from '../lib/never.ts';
import { hearButton } from './hear-button.ts';
import { hearIssueClosed, hearPullClosed } from './hear-closed.ts';
import { hearComment } from './hear-comment.ts';
import type { Ports } from './ports.ts';
import { takeLabel } from './take-label.ts';

/**
 * One stored delivery → the event it tells → the use case that it concerns → its end in the inbox. Safe to repeat: each
 * use case moves a session at most once for one cause, so a crash before the last line costs a second look.
 */
export async function routeDelivery(
  ports: Ports,
  delivery: { readonly id: DeliveryId; readonly event: string; readonly payload: string },
): Promise<void> {
  const parsed = parseDelivery(delivery.event, delivery.payload);
  if (parsed.kind === 'uninteresting') {
    await ports.store.deliveries.end(delivery.id, 'uninteresting', parsed.why);
    return;
  }
  const { event } = parsed;
  await ports.store.repositories.see(event.repository);
  const note = (await isOurs(ports, event)) ? 'our own doing' : await hear(ports, event, `delivery:${delivery.id}`);
  await ports.store.deliveries.end(delivery.id, 'processed', note);
}

/** What we do on GitHub comes back to us as deliveries. A merge is the exception: whoever did it, the work is merged. */
async function isOurs({ github }: Ports, event: IncomingEvent): Promise<boolean> {
  return event.kind !== 'pull-closed' && event.sender.id === (await github.me()).id;
}

function hear(ports: Ports, event: IncomingEvent, cause: string): Promise<string> {
  switch (event.kind) {
    case 'issue-labeled':
      return takeLabel(ports, event, cause);
    case 'issue-closed':
      return hearIssueClosed(ports, event, cause);
    case 'comment-created':
      return hearComment(ports, event);
    case 'pull-closed':
      return hearPullClosed(ports, event, cause);
    case 'check-action-requested':
    case 'check-rerequested':
      return hearButton(ports, event, cause);
    default:
      return unreachable(event);
  }
}
