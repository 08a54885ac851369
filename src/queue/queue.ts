/**
 * Says "look at this soon". It holds no truth: a loop finds the same work without it, so a lost, late or repeated job
 * costs time and nothing else. A job carries its key only; whoever performs it reads the store.
 */
export type Queue<Name extends string> = {
  /** Asking while a job for this key waits changes nothing; asking while it runs causes one more run after it. */
  nudge(job: Name, key: string): void;
  /** Never two jobs with one name and key at a time. A job that throws is reported; the loops bring it back. */
  start(perform: Readonly<Record<Name, (key: string, signal: AbortSignal) => Promise<void>>>): void;
  /** Resolves once the jobs in hand have ended and no more will start. */
  stop(): Promise<void>;
};
