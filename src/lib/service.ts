/** Works in the background until it is stopped. Starting or stopping twice is harmless. */
export type Service = {
  readonly name: string;
  start(): void;
  /** Resolves once the work in hand is finished; nothing runs afterwards. */
  stop(): Promise<void>;
};

/** A service that repeats one pass for ever. */
export type Loop = Service & {
  /** Asks for a pass soon. A nudge that arrives during a pass leads to one more pass. */
  nudge(): void;
  /** It has been started and no pass has ended well for far longer than its interval. `/readyz` asks. */
  isLate(): boolean;
};

type LoopOptions = {
  readonly name: string;
  readonly intervalMs: number;
  /** One bounded unit of work, safe to repeat. Tests call it without any timer. */
  readonly pass: (signal: AbortSignal) => Promise<void>;
  readonly onError: (error: unknown, loop: string) => void;
  readonly now: () => number;
};

const LATE_MS_MIN = 60_000; // a pass on a busy machine may take this long without anything being wrong
const LATE_INTERVALS = 3;

/** A pass at once, then one per interval or nudge; never two at a time; a pass that throws is reported and repeated. */
export function createLoop({ name, intervalMs, pass, onError, now }: LoopOptions): Loop {
  let running: { readonly controller: AbortController; readonly ended: Promise<void> } | null = null;
  let isNudged = false;
  let lastPassAt = 0;
  let wake = (): void => {};

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const repeat = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      isNudged = false;
      try {
        await pass(signal);
        lastPassAt = now();
      } catch (error) {
        onError(error, name);
      }
      if (!signal.aborted && !isNudged) await pause();
    }
  };

  return {
    name,
    isLate: () => running !== null && now() - lastPassAt > Math.max(LATE_MS_MIN, LATE_INTERVALS * intervalMs),
    start() {
      if (running) return;
      const controller = new AbortController();
      lastPassAt = now();
      running = { controller, ended: repeat(controller.signal) };
    },
    async stop() {
      if (!running) return;
      running.controller.abort();
      wake();
      await running.ended;
      running = null;
    },
    nudge() {
      isNudged = true;
      wake();
    },
  };
}
