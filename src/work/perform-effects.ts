import type { Claimed } from '../store/store.ts';
import { RefusedError, UnknownOutcomeError } from '../github/errors.ts';
import { messageOf, TransientError } from '../lib/errors.ts';
import { abandonEffect, performEffect } from './perform-effect.ts';
import type { Ports } from './ports.ts';

const LANES_MAX = 16; // at work at once; far below GitHub's limit of 100 concurrent requests
const LOOK_AGAIN_MS = 1_000; // a wish that comes while a slow push is under way waits no longer than this
const ATTEMPTS_MAX = 12; // with the waits below 17 minutes: what still throws then is a fault, and blocks its lane
const OUTAGE_ATTEMPTS_MAX = 160; // with the waits below a day: longer than outages of GitHub
const RETRY_BASE_MS = 500;
const RETRY_MAX_MS = 600_000;

/**
 * Performs what the outbox holds until nothing more is due: lanes side by side, each lane in order, and none waits for
 * another. Safe to repeat, one call at a time: an effect that may have been sent is looked up before it is sent again.
 */
export async function performEffects(ports: Ports, signal: AbortSignal): Promise<void> {
  const { outbox } = ports.store;
  // Nothing is in hand yet: whatever says so is left from a call whose end could not be stored (a full disk, a crash).
  await outbox.recover();
  const inHand = new Set<Promise<void>>();
  const take = async (): Promise<void> => {
    if (signal.aborted || inHand.size >= LANES_MAX) return;
    for (const claimed of await outbox.claim({ now: ports.now(), limit: LANES_MAX - inHand.size })) {
      const one = performOne(ports, claimed).finally(() => inHand.delete(one));
      inHand.add(one);
    }
  };
  try {
    for (await take(); inHand.size > 0; await take()) await firstOf(inHand);
  } finally {
    await Promise.allSettled(inHand);
  }
}

async function firstOf(inHand: ReadonlySet<Promise<void>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const later = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LOOK_AGAIN_MS);
  });
  await Promise.race([...inHand, later]).finally(() => clearTimeout(timer));
}

async function performOne(ports: Ports, claimed: Claimed): Promise<void> {
  const { outbox } = ports.store;
  const { key } = claimed.effect;
  try {
    const remoteId = await performEffect(ports, claimed);
    await outbox.done(key, { remoteId, at: ports.now() });
  } catch (error) {
    const attempts = claimed.attempts + 1;
    const isOutage = error instanceof TransientError || error instanceof UnknownOutcomeError;
    const isHopeless = error instanceof RefusedError || attempts >= (isOutage ? OUTAGE_ATTEMPTS_MAX : ATTEMPTS_MAX);
    const fields = { effect: key, kind: claimed.effect.kind, attempts, err: error };
    if (isHopeless) {
      ports.log.error(fields, 'The effect is given up.');
      await abandonEffect(ports, claimed.effect, error instanceof RefusedError ? messageOf(error) : null);
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
