/** Keeps run hosts alive independently of the server. */
export type Runtime = {
  /**
   * Starts the run host of this directory as a process that outlives us, gives it `key` on its stdin and nothing else
   * of ours, and resolves when it runs. Rejects when it cannot be started. It may be called twice: the second host
   * finds the run claimed and ends.
   */
  startHost(runDirectory: string, key: Uint8Array): Promise<void>;
};
