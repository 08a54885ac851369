import PQueue from 'p-queue';

import type { Queue } from '../queue.ts';

/** More than a busy server has issues and runs. Beyond it a nudge is not heard, and the loops find the work. */
export const WAITING_JOBS_MAX = 10_000;

type Options<Name extends string> = {
  /** How many jobs run at a time. */
  readonly concurrency: number;
  /** Hears what a job threw. Must not throw itself. */
  readonly onError: (error: unknown, job: Name, key: string) => void;
};

/** The queue of one machine, in this process. What waits in it ends with the process, and the loops bring it back. */
export function createEmbeddedQueue<Name extends string>({ concurrency, onError }: Options<Name>): Queue<Name> {
  const jobs = new PQueue({ concurrency, autoStart: false });
  const stopping = new AbortController();
  const waiting = new Set<string>();
  const running = new Set<string>();
  const askedAgain = new Set<string>();
  let perform: Parameters<Queue<Name>['start']>[0] | null = null;

  const run = async (id: string, job: Name, key: string): Promise<void> => {
    waiting.delete(id);
    running.add(id);
    try {
      await perform?.[job](key, stopping.signal);
    } catch (error) {
      onError(error, job, key);
    } finally {
      running.delete(id);
      if (askedAgain.delete(id)) nudge(job, key);
    }
  };

  const nudge = (job: Name, key: string): void => {
    const id = `${job} ${key}`;
    if (stopping.signal.aborted || waiting.has(id)) return;
    if (running.has(id)) {
      askedAgain.add(id);
      return;
    }
    if (waiting.size >= WAITING_JOBS_MAX) return;
    waiting.add(id);
    void jobs.add(() => run(id, job, key)); // never rejects, unless onError throws, which is a bug that should be loud
  };

  return {
    nudge,
    start: (performers) => {
      if (perform) throw new Error('The queue has been started already.');
      perform = performers;
      if (!stopping.signal.aborted) jobs.start();
    },
    stop: async () => {
      stopping.abort();
      jobs.clear();
      waiting.clear();
      await jobs.onIdle();
    },
  };
}
