import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Queue } from './queue.ts';

type Name = 'look' | 'sweep';
type OpenOptions = {
  readonly concurrency: number;
  readonly onError: (error: unknown, job: Name, key: string) => void;
};

/** A job in hand that ends when the test says so. */
type Hand = { readonly name: string; readonly signal: AbortSignal; end(error?: Error): void };

const deadline = { timeout: 4_000, interval: 5 };

/** Lets everything happen that needs no outside. */
const settleTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What every queue must do: each sentence of queue.ts. */
export function describeQueue(name: string, create: (options: OpenOptions) => Queue<Name>): void {
  describe(`${name} is a queue`, () => {
    let queue: Queue<Name>;
    let started: Hand[];
    let errors: unknown[];
    const names = (): readonly string[] => started.map((hand) => hand.name);
    const take =
      (job: Name) =>
      (key: string, signal: AbortSignal): Promise<void> =>
        new Promise((resolve, reject) => {
          const end = (error?: Error): void => (error ? reject(error) : resolve());
          started.push({ name: `${job} ${key}`, signal, end });
        });
    const start = (): void => queue.start({ look: take('look'), sweep: take('sweep') });
    const startedNames = (expected: readonly string[]): Promise<void> =>
      vi.waitFor(() => expect(names()).toEqual(expected), deadline);
    /** Everything that would start by now has started: a job for a key that nobody else uses is through. */
    const settle = async (): Promise<void> => {
      const mark = `mark-${started.length}`;
      queue.nudge('sweep', mark);
      const find = (): Hand | undefined => started.find((hand) => hand.name === `sweep ${mark}`);
      await vi.waitFor(() => expect(find()).toBeDefined(), deadline);
      find()?.end();
      started = started.filter((hand) => hand.name !== `sweep ${mark}`);
    };

    beforeEach(() => {
      [started, errors] = [[], []];
      queue = create({ concurrency: 3, onError: (error, job, key) => void errors.push([job, key, error]) });
    });
    afterEach(async () => {
      const stopped = queue.stop();
      for (const hand of started) hand.end();
      await stopped;
    });

    test('what was asked before the start waits for it, and comes in order', async () => {
      queue.nudge('look', 'a');
      queue.nudge('sweep', 'a');
      queue.nudge('look', 'b');
      await Promise.resolve();
      expect(names()).toEqual([]);
      start();
      await startedNames(['look a', 'sweep a', 'look b']);
    });

    test('asking while a job for this key waits changes nothing', async () => {
      queue.nudge('look', 'a');
      queue.nudge('look', 'a');
      start();
      await startedNames(['look a']);
      started[0]!.end();
      await settle();
      expect(names()).toEqual(['look a']);
    });

    test('asking while it runs, however often, causes one more run after it', async () => {
      start();
      queue.nudge('look', 'a');
      await startedNames(['look a']);
      queue.nudge('look', 'a');
      queue.nudge('look', 'a');
      await settle();
      expect(names()).toEqual(['look a']); // never two at a time
      started[0]!.end();
      await startedNames(['look a', 'look a']);
      started[1]!.end();
      await settle();
      expect(names()).toEqual(['look a', 'look a']);
    });

    test('a key that was performed may be asked for again', async () => {
      start();
      queue.nudge('look', 'a');
      await startedNames(['look a']);
      started[0]!.end();
      await settle();
      queue.nudge('look', 'a');
      await startedNames(['look a', 'look a']);
      expect(errors).toEqual([]);
    });

    test('different names and keys run at a time, up to the limit', async () => {
      start();
      for (const key of ['a', 'b', 'c', 'd']) queue.nudge('look', key);
      await startedNames(['look a', 'look b', 'look c']);
      await settleTurn();
      expect(names()).toHaveLength(3);
      started[1]!.end();
      await startedNames(['look a', 'look b', 'look c', 'look d']);
    });

    test('a job that throws is reported, is not repeated, and holds up nothing', async () => {
      start();
      queue.nudge('look', 'a');
      await startedNames(['look a']);
      const error = new Error('bug');
      started[0]!.end(error);
      await settle();
      expect(errors).toEqual([['look', 'a', error]]);
      expect(names()).toEqual(['look a']);
      queue.nudge('look', 'a');
      await startedNames(['look a', 'look a']);
    });

    test('asked for again while it fails, it runs once more', async () => {
      start();
      queue.nudge('look', 'a');
      await startedNames(['look a']);
      queue.nudge('look', 'a');
      started[0]!.end(new Error('bug'));
      await startedNames(['look a', 'look a']);
      expect(errors).toHaveLength(1);
    });

    test('stopping aborts the jobs in hand, waits for them, and starts no more', async () => {
      start();
      for (const key of ['a', 'b', 'c', 'd']) queue.nudge('look', key);
      await startedNames(['look a', 'look b', 'look c']);
      queue.nudge('look', 'a');
      let isStopped = false;
      const stopped = queue.stop().then(() => (isStopped = true));
      expect(started.map(({ signal }) => signal.aborted)).toEqual([true, true, true]);
      started[0]!.end();
      started[1]!.end();
      await settleTurn();
      expect(isStopped).toBe(false);
      started[2]!.end();
      await stopped;
      queue.nudge('look', 'e');
      await queue.stop();
      expect(names()).toEqual(['look a', 'look b', 'look c']);
    });

    test('stopping what was never started is harmless, and nothing starts any more', async () => {
      queue.nudge('look', 'a');
      await queue.stop();
      start();
      await settleTurn();
      expect(names()).toEqual([]);
    });

    test('starting twice is a bug', () => {
      start();
      expect(start).toThrow('started already');
    });
  });
}
