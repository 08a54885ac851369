import type { Ports, WorkSettings } from './ports.ts';

const SUSPECT_WAIT_MS = 1_000; // before the next try of what may end the process again, others get on

/**
 * To be called once at a start, before any work: what was in hand when the process before ended may have ended it. Such a
 * delivery is tried alone among its like, and is set aside when it has been there too often; such an effect is given up by
 * perform-effects.ts. A stop that was asked for leaves nothing in hand.
 */
export async function blameInHand({
  store,
  now,
  log,
  settings,
}: Pick<Ports, 'store' | 'now' | 'log' | 'settings'>): Promise<void> {
  const { crashesMax } = settings;
  const { suspects, setAside } = await store.deliveries.blame({
    retryAt: now() + SUSPECT_WAIT_MS,
    crashesMax,
    reason: `The server ended ${crashesMax} times while this was routed.`,
  });
  const effects = await store.outbox.blame();
  if (suspects + effects > 0) {
    log.warn({ deliveries: suspects, effects }, 'The process before ended with work in hand; that is tried again.');
  }
  for (const delivery of setAside) {
    log.error({ delivery }, 'The delivery is set aside: the server ended too often while it was routed.');
  }
}

/** Whether an effect was under way too often when the process ended. */
export function mayHaveEndedTheProcess(
  { crashes }: { readonly crashes: number },
  { crashesMax }: Pick<WorkSettings, 'crashesMax'>,
): boolean {
  return crashes >= crashesMax;
}
