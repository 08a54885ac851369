import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { STORE_FILE } from './config/home.ts';
import { UserError } from './lib/errors.ts';
import { createGit } from './runs/git.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { openSqliteStoreAsOperator, openSqliteStoreToRead } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { lookAtHome, type HomeStatus } from './work/look-at-home.ts';
import { replay as replayInStore, type Replay } from './work/replay.ts';
import { verifyHome, type Verification } from './work/verify-home.ts';

/**
 * Recomputes from the store of a home what was promised. Reads only, also while a server runs.
 * Throws UserErrors `not-found` and `home-other-version`.
 */
export function verify(homePath: string): Promise<Verification> {
  return withStore(homePath, openSqliteStoreToRead, (store) => {
    const git = createGit({ environment: {} });
    const workspaces = createCloneWorkspaces({ git, root: join(homePath, 'workspaces') });
    return verifyHome(store, { workspaces: () => workspaces.list() });
  });
}

/** What is going on in a home at the instant `at`. Reads only, and throws as `verify` does. */
export function status(homePath: string, at: number): Promise<HomeStatus> {
  return withStore(homePath, openSqliteStoreToRead, (store) => lookAtHome(store, at));
}

/** Lets what was set aside be tried again, also while a server runs. Throws UserErrors: as `verify` does, and `not-set-aside`. */
export function replay(homePath: string, what: Replay): Promise<void> {
  return withStore(homePath, openSqliteStoreAsOperator, (store) => replayInStore(store, what));
}

async function withStore<T>(
  homePath: string,
  open: (options: { readonly path: string }) => Store,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const path = join(homePath, STORE_FILE);
  if (!existsSync(path)) {
    throw new UserError('not-found', `${homePath} holds no state of Reeve. Set REEVE_HOME to what the server has.`);
  }
  const store = open({ path });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
