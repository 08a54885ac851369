import type { Claimed } from '../store/store.ts';
import { RefusedError, UnknownOutcomeError } from '../github/errors.ts';
import { messageOf, TransientError } from '../lib/errors.ts';
import { abandonEffect, performEffect } from './perform-effect.ts';
import type { Ports } from './ports.ts';

const BATCH_MAX = 16; // lanes at work at once; far below GitHub's limit of 100 concurrent requests
const ATTEMPTS_MAX = 12; // with the waits below about an hour: longer than most outages of GitHub
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 600_000;

/**
 * Performs what the outbox holds until nothing more is due: lanes side by side, each lane in order. Safe to repeat: an
 * effect that may have been sent is looked up before it is sent again.
 */
export async function performEffects(ports: Ports, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const batch = await ports.store.outbox.claim({ now: ports.now(), limit: BATCH_MAX });
    if (batch.length === 0) return;
    await Promise.all(batch.map((claimed) => performOne(ports, claimed)));
  }
}

async function performOne(ports: Ports, claimed: Claimed): Promise<void> {
  const { outbox } = ports.store;
  const { key } = claimed.effect;
  try {
    const remoteId = await performEffect(ports, claimed);
    await outbox.done(key, { remoteId, at: ports.now() });
  } catch (error) {
    const attempts = claimed.attempts + 1;
    const isHopeless = error instanceof RefusedError || attempts >= ATTEMPTS_MAX;
    const fields = { effect: key, kind: claimed.effect.kind, attempts, err: error };
    if (isHopeless) {
      ports.log.error(fields, 'The effect is given up.');
      await abandonEffect(ports, claimed.effect, messageOf(error));
      await outbox.fail(key, { error: messageOf(error), at: ports.now() });
      return;
    }
    ports.log.warn(fields, 'The effect was not done; it will be tried again.');
    const retryAt = ports.now() + Math.min(RETRY_BASE_MS * 2 ** claimed.attempts, RETRY_MAX_MS);
    await outbox.defer(key, {
      retryAt: error instanceof TransientError ? Math.max(retryAt, error.retryAt) : retryAt,
      // Only a TransientError says for sure that nothing happened.
      wasSent: error instanceof UnknownOutcomeError || !(error instanceof TransientError) || claimed.mayBeDone,
      error: messageOf(error),
    });
  }
}
