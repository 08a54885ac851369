import PQueue from 'p-queue';

/** Programs that are being started at one time: each reads its code from the disk and takes a core for a moment. */
const LAUNCHES_MAX = 4;
const GAP_MS = 100; // between two starts, so that a restart with many slots does not ask for everything in one instant

/** Lets launches through a few at a time, with a gap between them. */
export type LaunchLine = {
  /** Gives what `launch` does; rejects without calling it when the signal is aborted before its turn has come. */
  inTurn<Value>(launch: () => Promise<Value>, signal?: AbortSignal): Promise<Value>;
};

/**
 * Only the start of the run host goes through it, and not the fetching and cloning before that: one repository whose fetch
 * hangs must not hold up the launches of others.
 */
export function createLaunchLine({ launchesMax = LAUNCHES_MAX, gapMs = GAP_MS } = {}): LaunchLine {
  const line = new PQueue({ concurrency: launchesMax, interval: gapMs, intervalCap: 1 });
  return {
    inTurn: (launch, signal) =>
      line.add(async () => {
        signal?.throwIfAborted();
        return launch();
      }),
  };
}
