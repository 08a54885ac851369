import { Worker } from 'node:worker_threads';

const BEAT_MS = 1_000;

export type Watchdog = {
  /** Says what is in hand from now on, for the words at the end of a process that hangs. */
  hold(names: readonly string[]): void;
  stop(): Promise<void>;
};

type Options = {
  readonly thread: URL;
  /** Seconds. */
  readonly beatsMax: number;
  /** The watching thread has ended: nobody watches any more. */
  readonly onError: (error: unknown) => void;
};

/**
 * Ends this process with SIGKILL when its main thread has not turned for `beatsMax` seconds: code that loops for ever
 * would keep everything else waiting, and whoever supervises the process starts it anew. A process that was stopped, with
 * its machine or by a signal, is not taken for one that hangs: the watching thread counts its own turns. `thread` is
 * watchdog-thread.js.
 */
export function startWatchdog({ thread, beatsMax, onError }: Options): Watchdog {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(thread, { workerData: { beats, beatMs: BEAT_MS, beatsMax }, env: {}, execArgv: [] });
  worker.on('error', onError);
  worker.unref();
  const timer = setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  return {
    hold: (names) => worker.postMessage(names),
    async stop() {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}
