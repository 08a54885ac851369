/** Keeps run hosts alive independently of the server. Every verb names a run by its directory and may be repeated. */
export type Runtime = {
  /**
   * Starts the run host of this directory as a process that outlives us, gives it `key` on its stdin and nothing else
   * of ours, and resolves when it runs. Rejects when it cannot be started. It may be called twice: the second host
   * finds the run claimed and ends.
   */
  startHost(runDirectory: string, key: Uint8Array): Promise<void>;
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
