const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long something took, in at most two units: `45 s`, `3 min`, `1 h 5 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  if (ms < SECOND_MS) return 'under 1 s';
  if (ms < MINUTE_MS) return `${Math.floor(ms / SECOND_MS)} s`;
  if (ms < 10 * MINUTE_MS) return pair(ms, [MINUTE_MS, 'min'], [SECOND_MS, 's']);
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  if (ms < DAY_MS) return pair(ms, [HOUR_MS, 'h'], [MINUTE_MS, 'min']);
  return pair(ms, [DAY_MS, 'd'], [HOUR_MS, 'h']);
}

type Unit = readonly [ms: number, name: string];

function pair(ms: number, [bigMs, big]: Unit, [smallMs, small]: Unit): string {
  const rest = Math.floor((ms % bigMs) / smallMs);
  return `${Math.floor(ms / bigMs)} ${big}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}

/** `2026-11-20 09:12 UTC`. */
export function instant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long ago something was; its instant when it lies ahead, because a clock was set back. */
export function ageOf(at: number, since: number): string {
  return at >= since ? duration(at - since) : instant(since);
}
