/**
 * Says "look at this soon". It holds no truth: a loop finds the same work without it, so a lost, late or repeated job
 * costs time and nothing else. A job carries its key only; whoever performs it reads the store.
 */
export type Queue<Name extends string> = {
  /**
   * Asking while a job for this key waits changes nothing; asking while it runs causes one more run after it. What was
   * asked before `start` waits for it; after `stop` nothing is heard.
   */
  nudge(job: Name, key: string): void;
  /**
   * Begins to perform jobs, in the order in which they were asked for, some at a time, and never two with one name and
   * key. A job that throws is reported and is not repeated: the loops bring it back. To be called once.
   */
  start(perform: Readonly<Record<Name, (key: string, signal: AbortSignal) => Promise<void>>>): void;
  /** Aborts the signal of the jobs in hand. Resolves once they have ended; no more will start. Twice is harmless. */
  stop(): Promise<void>;
};
