/** Work that shares a transaction with whatever else is asked for in the same turn of the event loop. */
export type Group = {
  /**
   * Resolves once the work is committed. What the work throws fails the whole group, as a store that is full does; a
   * mistake of its caller it returns as an Error, which rejects this promise alone.
   */
  add<T>(work: () => T | Error): Promise<T>;
  /** Commits at once what waits. */
  flush(): void;
};

type Waiting = {
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/** A commit waits for the disk: a hundred ends that share one cost little more than one end. */
export function createGroup(atomically: <T>(work: () => T) => T): Group {
  let waiting: Waiting[] = [];

  const flush = (): void => {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      const results = atomically(() => group.map(({ work }) => work()));
      for (const [at, { resolve, reject }] of group.entries()) {
        if (results[at] instanceof Error) reject(results[at]);
        else resolve(results[at]);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };

  return {
    flush,
    add: <T>(work: () => T | Error) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ work, resolve: (value) => resolve(value as T), reject });
      }),
  };
}
