import type { Store } from '../store.ts';

/** What a part of the suite works on: a fresh store for each test. */
export type Place = {
  readonly store: () => Store;
  /** Closes the store and opens it again: what was kept is what the answer holds. */
  readonly reopen: () => Promise<Store>;
};
