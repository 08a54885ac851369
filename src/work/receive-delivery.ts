import { crashPoint } from '../lib/crash-point.ts';
import type { NewDelivery } from '../store/store.ts';
import { ALL, type Ports } from './ports.ts';

/** Stores a verified delivery once, by its id, and does nothing else: GitHub waits for our answer. Safe to repeat. */
export async function receiveDelivery(
  { store, queue }: Pick<Ports, 'store' | 'queue'>,
  delivery: NewDelivery,
): Promise<'stored' | 'known'> {
  crashPoint('delivery.storing');
  const outcome = await store.deliveries.receive(delivery);
  crashPoint('delivery.stored');
  if (outcome === 'stored') queue.nudge('deliveries', ALL);
  return outcome;
}
