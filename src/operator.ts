import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { STORE_FILE } from './config/home.ts';
import { sessionId, type SessionId } from './domain/ids.ts';
import type { Clock } from './lib/clock.ts';
import { UserError } from './lib/errors.ts';
import { createLog } from './lib/log.ts';
import { createGit } from './runs/git.ts';
import { liveRuns } from './runs/live-runs.ts';
import { createMirrors } from './runs/mirror.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { openSqliteStoreAsOperator, openSqliteStoreToRead } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { cleanUpWorkspaces, type CleanupReport } from './work/cleanup-workspaces.ts';
import { restoreWork, type RestoredWork } from './work/restore-work.ts';
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
    const isUnlocked = async (id: SessionId) => (await workspaces.lockOf(id)) === null; // somebody looks after the others
    return verifyHome(store, {
      async workspaces() {
        const ids = await workspaces.list();
        const unlocked = await Promise.all(ids.map(isUnlocked));
        return ids.filter((_, index) => unlocked[index]);
      },
    });
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

/** A home, and what git needs to work in it: `PATH`. */
export type Home = { readonly homePath: string; readonly environment: Readonly<Record<string, string>> };

/**
 * Brings back what was kept of an ended session, also while a server runs (work/restore-work.ts says why that is safe).
 * Throws UserErrors: as `verify` does, `session-not-found`, `session-at-work`, `not-found`.
 */
export function restore(home: Home, id: string, now: Clock): Promise<RestoredWork> {
  return withStore(home.homePath, openSqliteStoreToRead, (store) =>
    restoreWork({ store, ...placesOf(home, now) }, sessionId(id)),
  );
}

/** Removes the workspaces that may go, or says which would, also while a server runs. Throws as `verify` does. */
export function cleanup(home: Home, isDryRun: boolean, now: Clock): Promise<CleanupReport> {
  return withStore(home.homePath, openSqliteStoreToRead, (store) =>
    cleanUpWorkspaces(
      {
        ...{ store, ...placesOf(home, now), now, log: createLog('silent') }, // the report says it all
        runs: { live: (of) => liveRuns(home.homePath, of) },
      },
      { asker: 'clean-up', isDiskShort: false, isDryRun },
    ),
  );
}

/** The mirrors of a home, which its server owns, and its workspaces. */
function placesOf({ homePath, environment }: Home, now: Clock) {
  const git = createGit({ environment });
  const mirrors = createMirrors({
    ...{ git, now, root: join(homePath, 'mirrors') },
    hasSecret: () => true,
    isGuest: true,
  });
  return {
    openMirror: (repositoryId: number) => mirrors.open(repositoryId),
    workspaces: createCloneWorkspaces({ git, root: join(homePath, 'workspaces') }),
  };
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
