import { doubtOf, type DoubtPlace } from '../domain/effect/effect.ts';
import { TransientError } from '../lib/errors.ts';
import type { Claimed } from '../store/store.ts';
import type { Ports } from './ports.ts';

/** When to look for what may have been made, as parts of the time by which GitHub's lists may lag: 2, 9 and 35 seconds. */
const LOOKS = [1 / 16, 1 / 4, 1] as const;
/** When to look for a second one after making it again, as multiples of that time: 35 and 105 seconds. */
const DOUBTS = [1, 3] as const;

/**
 * Judges whether what an earlier try may have made, and what is not to be found, may be made again. Throws a TransientError
 * with the time of the next look while a list of GitHub may still lag behind. After that it stores, before anything is sent,
 * that there may be two, so that they are looked for also after a crash. Safe to repeat.
 */
export async function makeAgain(ports: Ports, { effect, sentAt }: Claimed, place: DoubtPlace): Promise<void> {
  const now = ports.now();
  const { listLagMs } = ports.settings;
  const next = LOOKS.map((part) => Math.ceil((sentAt ?? 0) + part * listLagMs)).find((at) => at > now);
  if (next !== undefined) {
    throw new TransientError('It may have been made before, and is not to be found yet.', { retryAt: next });
  }
  const doubts = DOUBTS.map((times) => doubtOf(effect, { sentAt: now, lookAt: now + times * listLagMs, place }));
  await ports.store.outbox.again(effect.key, { at: now, doubts });
}
