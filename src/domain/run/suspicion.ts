import type { RunId, SessionId } from '../ids.ts';
import type { Doubt } from './judge.ts';
import { signRules, type Sign } from './signs.ts';

export const LOOKS_MIN = 3;
/** Between two looks that count: with it three looks see at least one beat of a host that beats every two seconds. */
export const LOOK_GAP_MS_MIN = 1_900;
export const SUSPICION_MS_MAX = 5 * 60_000; // after that a doubt is settled, one way or the other

/** What the looks at one run have come to so far. It is stored, so that a restart neither forgets it nor begins anew. */
export type Suspicion = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  readonly sign: Sign;
  readonly fingerprint: string;
  /** One sentence, from the last look that counted. */
  readonly evidence: string;
  /** In a row, with this fingerprint. */
  readonly looks: number;
  /** The first look that found anything odd. Epoch ms, as are the others. */
  readonly since: number;
  /** The last look that counted. */
  readonly lookedAt: number;
  /** The host's last beat as seen then; a later one is proof of life. */
  readonly heartbeatAt: number | null;
  /** Believed: the run is being stopped, and is lost once nothing of it is left. */
  readonly isBelieved: boolean;
  /** When it would have been believed, had not too many runs looked dead at once. */
  readonly heldAt: number | null;
};

type Seen = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  readonly doubt: Doubt;
  readonly heartbeatAt: number | null;
  readonly now: number;
};

/** What is remembered after one more look that found something odd. Equal to `before` when the look comes too soon to count. */
export function suspect(before: Suspicion | null, { runId, sessionId, doubt, heartbeatAt, now }: Seen): Suspicion {
  const known = before?.runId === runId ? before : null;
  if (known?.isBelieved) return known;
  const { sign, fingerprint, evidence } = doubt;
  const first = { runId, sessionId, sign, fingerprint, evidence, looks: 1, lookedAt: now, heartbeatAt };
  if (known === null || (signRules[sign].isRefutedByBeat && isBeating(known, heartbeatAt))) {
    return { ...first, since: now, isBelieved: false, heldAt: null };
  }
  // A clock that was put back must not hold up a judgement until it has caught up.
  const since = Math.min(known.since, now);
  if (fingerprint !== known.fingerprint) return { ...first, since, isBelieved: false, heldAt: known.heldAt };
  if (now >= known.lookedAt && now < known.lookedAt + LOOK_GAP_MS_MIN) return known;
  const looks = now < known.lookedAt ? known.looks : known.looks + 1;
  return { ...known, ...first, looks, since };
}

/** Somebody wrote the host's status since: it lives, whatever the other probes say. */
function isBeating({ heartbeatAt: before }: Suspicion, heartbeatAt: number | null): boolean {
  return heartbeatAt !== null && before !== null && heartbeatAt > before;
}

/** Whether the newest look makes it worth telling: what any run shows for a moment is not. */
export function isNews(before: Suspicion | null, seen: Suspicion): boolean {
  return isOdd(seen) && (before === null || !isOdd(before));
}

/** It has lasted longer than it may of a run that is well. */
export function isOdd({ sign, since, lookedAt }: Suspicion): boolean {
  return lookedAt >= since + signRules[sign].ordinaryMs;
}

/** Whether the same was seen often enough, or for long enough. */
export function isBelievable({ sign, looks, since, lookedAt }: Suspicion): boolean {
  const isOld = lookedAt >= since + SUSPICION_MS_MAX && looks > 1;
  switch (signRules[sign].believed) {
    case 'looks':
      return looks >= LOOKS_MIN || isOld;
    case 'time':
      return isOld;
    case 'never':
      return false;
  }
}
