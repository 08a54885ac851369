import type { Clock } from '../lib/clock.ts';
import type { Installation } from './sandbox-view.ts';

/** What the run host is given by the program that starts it; it reads neither environment nor clock itself. */
export type HostOptions = {
  readonly runDirectory: string;
  /** Proves that a request is ours. */
  readonly key: Uint8Array;
  /** Of the agent's model; null when the server has none for it. Secret. */
  readonly modelKey: string | null;
  readonly installation: Installation;
  /** The operator's PATH. */
  readonly path: string;
  /** Aborted when the host is told to end. */
  readonly stopSignal: AbortSignal;
  readonly now: Clock;
  /** Milliseconds that never jump. */
  readonly elapsed: Clock;
  readonly onError: (error: unknown) => void;
};
