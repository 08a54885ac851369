import { randomUUID } from 'node:crypto';
import { accessSync } from 'node:fs';
import { join } from 'node:path';

import { STORE_FILE } from './config/home.ts';
import { deliveryId, type RunId, type SessionId } from './domain/ids.ts';
import { isLive } from './domain/lease/lease.ts';
import type { Clock } from './lib/clock.ts';
import { messageOf, UserError } from './lib/errors.ts';
import { createLog } from './lib/log.ts';
import { createGit } from './runs/git.ts';
import { liveRuns } from './runs/live-runs.ts';
import { createMirrors } from './runs/mirror.ts';
import { runDirectoryOf } from './runs/run-directory.ts';
import { readStatus } from './runs/run-directory/status.ts';
import { readTranscript } from './runs/run-directory/transcript.ts';
import { tmuxAttachCommand } from './runs/runtimes/tmux/attach-command.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { openSqliteStoreAsOperator, openSqliteStoreToRead } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { createSetupCache } from './runs/setup-cache.ts';
import { cleanUpSetups, type SetupsCleaned } from './work/cleanup-setups.ts';
import { cleanUpWorkspaces, type CleanupReport } from './work/cleanup-workspaces.ts';
import { findSession } from './work/find-session.ts';
import { endOfCommand, giveCommand, submitIssue } from './work/give-command.ts';
import { lookAtHome } from './work/look-at-home.ts';
import { lookAtSession, type LookAtRun } from './work/look-at-session.ts';
import { restoreWork, type RestoredWork } from './work/restore-work.ts';
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

/** Lets what was set aside be tried again, also while a server runs. Throws UserErrors: as `verify` does, and `not-set-aside`. */
export function replay(homePath: string, what: Replay): Promise<void> {
  return withStore(homePath, openSqliteStoreAsOperator, (store) => replayInStore(store, what));
}

/**
 * What an operator sees of a home and asks of it: `Home` of cli/home.ts. The store is opened for each call and closed after
 * it. Only `command` and `submit` write, and nothing but a delivery into the inbox.
 */
export function openHome(homePath: string, now: Clock) {
  const reading = <T>(use: (store: Store) => Promise<T>): Promise<T> => withStore(homePath, openSqliteStoreToRead, use);
  const writing = <T>(use: (store: Store) => Promise<T>): Promise<T> =>
    withStore(homePath, openSqliteStoreAsOperator, use);
  const statusOf = async (run: RunId) => {
    const reading = await readStatus(runDirectoryOf(homePath, run));
    return reading.kind === 'read' ? reading.value : null;
  };
  const lookAtRun: LookAtRun = async ({ id }) => ({
    directory: runDirectoryOf(homePath, id).path,
    status: await statusOf(id),
  });
  const lastSignOf = async (run: RunId): Promise<number | null> => {
    const status = await statusOf(run);
    return status && Math.max(status.heartbeatAt, status.outputAt);
  };
  return {
    status: () => reading((store) => lookAtHome(store, now(), lastSignOf)),
    find: (name: string) => reading((store) => findSession(store, name)),
    report: (name: string) =>
      reading(async (store) => {
        const sighting = await findSession(store, name);
        if (sighting.kind !== 'session') return { kind: 'unopened', sighting } as const;
        return { kind: 'report', report: await lookAtSession(store, sighting, { at: now(), lookAtRun }) } as const;
      }),
    command: (wanted: Parameters<typeof giveCommand>[1]) =>
      writing((store) => giveCommand(store, wanted, { delivery: deliveryId(randomUUID()), at: now() })),
    submit: (issue: string) => writing((store) => submitIssue(store, issue, now())),
    endOf: (delivery: Parameters<typeof endOfCommand>[1]) => reading((store) => endOfCommand(store, delivery)),
    isServed: () =>
      reading(async ({ lease }) => {
        const held = await lease.get();
        return held !== null && isLive(held, now());
      }),
    transcript: (run: RunId, part: Parameters<typeof readTranscript>[1]) =>
      readTranscript(runDirectoryOf(homePath, run), part),
    terminalOf: (run: RunId) => tmuxAttachCommand(homePath, run),
  };
}

/** A home, and what git needs to work in it: `PATH`. */
export type WorkingHome = { readonly homePath: string; readonly environment: Readonly<Record<string, string>> };

/**
 * Brings back what was kept of an ended session, also while a server runs (work/restore-work.ts says why that is safe).
 * Throws UserErrors: as `verify` does, `session-not-found`, `session-at-work`, `not-found`.
 */
export function restore(home: WorkingHome, name: string, now: Clock): Promise<RestoredWork> {
  return withStore(home.homePath, openSqliteStoreToRead, async (store) => {
    const { id } = await findSession(store, name);
    return restoreWork({ store, ...placesOf(home, now) }, id);
  });
}

/**
 * Removes the workspaces that may go and what setups made and nobody needs, or says what would go, also while a server runs.
 * Throws as `verify` does.
 */
export function cleanup(
  home: WorkingHome,
  isDryRun: boolean,
  now: Clock,
): Promise<CleanupReport & { readonly setups: SetupsCleaned }> {
  const options = { asker: 'clean-up', isDiskShort: false, isDryRun } as const;
  return withStore(home.homePath, openSqliteStoreToRead, async (store) => {
    const ports = {
      ...{ store, ...placesOf(home, now), now, log: createLog('silent') }, // the report says it all
      runs: { live: (of?: SessionId) => liveRuns(home.homePath, of) },
      setupCache: createSetupCache(home.homePath),
    };
    return { ...(await cleanUpWorkspaces(ports, options)), setups: await cleanUpSetups(ports, options) };
  });
}

/** The mirrors of a home, which its server owns, and its workspaces. */
function placesOf({ homePath, environment }: WorkingHome, now: Clock) {
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
  demandStore(homePath, path);
  const store = open({ path });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Says apart that there is nothing and that this user may not see it. */
function demandStore(homePath: string, path: string): void {
  try {
    accessSync(path);
  } catch (error) {
    const message = messageOf(error);
    if (/^(EACCES|EPERM)/.test(message)) {
      throw new UserError(
        'home-unwritable',
        `${homePath} cannot be seen by this user (${message}); be the server's user.`,
      );
    }
    throw new UserError('not-found', `${homePath} holds no state of Reeve. Set REEVE_HOME to what the server has.`);
  }
}
