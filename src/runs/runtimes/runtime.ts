/** A run host that does nothing as yet, and that ends when we do. */
export type StartedHost = {
  /** Gives it `key` on its stdin and nothing else of ours: from now on it outlives us. */
  begin(key: Uint8Array): Promise<void>;
  /** Lets it end. Does nothing once it was told to begin. */
  dismiss(): void;
};

/** Keeps run hosts alive independently of the server. Every verb names a run by its directory and may be repeated. */
export type Runtime = {
  /**
   * Starts the run host of this directory, which waits until it is told to begin. Rejects when it cannot be started. It may
   * be called twice: the second host finds the run claimed and ends.
   */
  startHost(runDirectory: string): Promise<StartedHost>;
  /**
   * Kills the host, and with it what only shows the run. One that is gone is no error. The agent's processes are for
   * `stopRun`, which asks first and finds them wherever they went.
   */
  destroy(runDirectory: string): Promise<void>;
  /** Whether the host that claimed the run lives. `unknown` when the look failed: that is never death. */
  isAlive(runDirectory: string): Promise<'alive' | 'dead' | 'unknown'>;
  /** Leaves a line for whoever watches the run, now or later, in `messages.log`. Its agent is not told. */
  sendMessage(runDirectory: string, message: string): Promise<void>;
  /** At most `bytesMax` bytes of the transcript from this byte on; fewer, or none, where there are no more yet. */
  getOutput(runDirectory: string, from: number, bytesMax: number): Promise<Buffer>;
};
