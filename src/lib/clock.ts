/** The present instant, in milliseconds since 1970 (UTC). Passed in, so that tests own time. */
export type Clock = () => number;

/** The machine's clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();
