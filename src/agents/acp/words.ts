const WAITING_MAX = 100; // messages that wait for the end of a turn; nobody writes more meanwhile

/** What is said to the agent while it works. */
export type Words = {
  readonly text: string;
  /** Whether the agent has taken it up. Only the first call counts. */
  settle(isTaken: boolean): void;
};

/** Keeps account of them: what waits to be said, and what was said and not yet taken up. */
export type WordsInHand = {
  /** False when there are too many. */
  wait(words: Words): boolean;
  next(): Words | null;
  say(words: Words): void;
  /** One of them; all of them where none is named. */
  taken(words?: Words): void;
  /** Nobody will say what waits. */
  dropWaiting(): void;
  /** Nor take up what was said. */
  drop(): void;
};

export function createWordsInHand(): WordsInHand {
  let waiting: Words[] = [];
  const said = new Set<Words>();
  const dropWaiting = (): void => {
    for (const words of waiting) words.settle(false);
    waiting = [];
  };
  return {
    wait: (words) => waiting.length < WAITING_MAX && waiting.push(words) > 0,
    next: () => waiting.shift() ?? null,
    say: (words) => void said.add(words),
    taken(words) {
      for (const one of words === undefined ? said : [words]) {
        if (said.delete(one)) one.settle(true);
      }
    },
    dropWaiting,
    drop() {
      dropWaiting();
      for (const words of said) words.settle(false);
      said.clear();
    },
  };
}
