import type { Effect } from '../domain/effect/effect.ts';
import type { Claimed } from '../store/store.ts';
import { HeldBackError, RefusedError, UnknownOutcomeError } from '../github/errors.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { LeaseLostError, messageOf, TransientError } from '../lib/errors.ts';
import { mayHaveEndedTheProcess } from './blame-in-hand.ts';
import { whatFailureTells } from './look-at-place.ts';
import { abandonEffect, performEffect, revokeEffect } from './perform-effect.ts';
import type { Ports } from './ports.ts';

const LANES_MAX = 16; // at work at once, besides slow ones
const LANES_WITH_SLOW_MAX = 48; // far below GitHub's limit of 100 concurrent requests
const SLOW_MS = 1_000; // longer than that an effect holds up nothing but its own lane
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
  const failures: unknown[] = []; // of ends that could not be stored; the first one ends this call
  let quick = 0;
  const begin = (claimed: Claimed): void => {
    crashPoint('effects.claimed');
    quick += 1;
    let isQuick = true;
    const holdUpNoMore = (): void => {
      if (isQuick) quick -= 1;
      isQuick = false;
    };
    const timer = setTimeout(holdUpNoMore, SLOW_MS);
    const one = performOne(ports, claimed)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        clearTimeout(timer);
        holdUpNoMore();
        inHand.delete(one);
      });
    inHand.add(one);
  };
  const take = async (): Promise<void> => {
    const limit = Math.min(LANES_MAX - quick, LANES_WITH_SLOW_MAX - inHand.size);
    if (signal.aborted || failures.length > 0 || limit <= 0) return;
    for (const claimed of await outbox.claim({ now: ports.now(), limit })) begin(claimed);
  };
  try {
    for (await take(); inHand.size > 0 && failures.length === 0; await take()) await firstOf(inHand);
  } finally {
    await Promise.allSettled(inHand);
  }
  if (failures.length > 0) throw failures[0];
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
  if (mayHaveEndedTheProcess(claimed, ports.settings)) {
    return giveUp(ports, claimed, new Error(`The server ended ${claimed.crashes} times while this was performed.`));
  }
  try {
    const { repositoryId, issueNumber } = claimed.effect;
    const closure = await ports.store.places.closureOf(repositoryId, issueNumber);
    if (closure) return await revokeEffect(ports, claimed.effect, closure.why);
    const done = await performEffect(ports, claimed);
    crashPoint('effect.performed');
    await outbox.done(key, { ...done, at: ports.now() });
    crashPoint('effect.done');
  } catch (failure) {
    if (failure instanceof LeaseLostError) {
      // What was sent before is looked up. The try is taken back if this server may write after all.
      const retryAt = ports.now();
      await outbox.defer(key, { retryAt, wasSent: true, error: messageOf(failure), why: 'not-tried' }).catch(() => {});
      throw failure;
    }
    if (failure instanceof HeldBackError) return holdBack(ports, claimed, failure);
    const { told, error } = await lookBehind(ports, claimed.effect, failure);
    if (told === 'has-another-name') {
      return outbox.defer(key, { retryAt: ports.now(), wasSent: claimed.mayBeDone, error: messageOf(error) });
    }
    if (told !== null) return revokeEffect(ports, claimed.effect, told.why);
    if (isAnswerToNobody(claimed.effect, error)) {
      return outbox.revoke(key, { why: messageOf(error), at: ports.now() });
    }
    const isOutage = error instanceof TransientError || error instanceof UnknownOutcomeError;
    // Tries during an outage say nothing of the effect itself, and those in which the process ended say nothing of GitHub:
    // each kind is counted apart.
    const alike = isOutage ? claimed.attempts - claimed.crashes - claimed.faults : claimed.faults;
    const isHopeless = alike + 1 >= (isOutage ? OUTAGE_ATTEMPTS_MAX : ATTEMPTS_MAX);
    const fields = { effect: key, kind: claimed.effect.kind, attempts: claimed.attempts + 1, err: error };
    if (isHopeless || error instanceof RefusedError) return giveUp(ports, claimed, error);
    ports.log.warn(fields, 'The effect was not done; it will be tried again.');
    const retryAt = ports.now() + Math.min(RETRY_BASE_MS * 2 ** alike, RETRY_MAX_MS);
    crashPoint('effect.deferring');
    await outbox.defer(key, {
      retryAt: error instanceof TransientError ? Math.max(retryAt, error.retryAt) : retryAt,
      // Only a TransientError says for sure that nothing happened.
      wasSent: error instanceof UnknownOutcomeError || !(error instanceof TransientError) || claimed.mayBeDone,
      error: messageOf(error),
      why: isOutage ? 'outage' : 'fault',
    });
    crashPoint('effect.deferred');
  }
}

/** GitHub's limits allow it only later. That is no failed try: an hour of it must not end the effect, nor make it slow. */
async function holdBack(
  { store, log }: Ports,
  { effect: { key, kind }, mayBeDone: wasSent }: Claimed,
  { retryAt, message }: HeldBackError,
): Promise<void> {
  log.debug({ effect: key, kind, retryAt }, 'The effect waits for GitHub’s limits.');
  await store.outbox.defer(key, { retryAt, wasSent, error: message, why: 'held-back' });
}

type Told = Awaited<ReturnType<typeof whatFailureTells>>;

/** What is behind a failure; when that cannot be seen now, the effect waits until it can. */
async function lookBehind(
  ports: Ports,
  effect: Effect,
  failure: unknown,
): Promise<{ readonly told: Told; readonly error: unknown }> {
  try {
    return { told: await whatFailureTells(ports, effect, failure), error: failure };
  } catch (error) {
    if (error instanceof LeaseLostError) throw error;
    return { told: null, error: error instanceof TransientError ? error : failure };
  }
}

/** A reply in a conversation that was locked, a reaction on a comment that is gone: nobody misses it. */
function isAnswerToNobody({ kind }: Effect, error: unknown): boolean {
  const isAnswer = kind === 'reply' || kind === 'react';
  return isAnswer && error instanceof RefusedError && [403, 404, 410].includes(error.status);
}

async function giveUp(ports: Ports, { effect, attempts }: Claimed, error: unknown): Promise<void> {
  ports.log.error({ effect: effect.key, kind: effect.kind, attempts, err: error }, 'The effect is given up.');
  await abandonEffect(ports, effect, error instanceof RefusedError ? messageOf(error) : null);
  await ports.store.outbox.fail(effect.key, { error: messageOf(error), at: ports.now() });
}
