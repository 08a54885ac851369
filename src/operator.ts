import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { STORE_FILE } from './config/home.ts';
import { deliveryId, type RunId } from './domain/ids.ts';
import { isLive } from './domain/lease/lease.ts';
import type { Clock } from './lib/clock.ts';
import { UserError } from './lib/errors.ts';
import { createGit } from './runs/git.ts';
import { runDirectoryOf } from './runs/run-directory.ts';
import { readStatus } from './runs/run-directory/status.ts';
import { readTranscript } from './runs/run-directory/transcript.ts';
import { tmuxAttachCommand } from './runs/runtimes/tmux/attach-command.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { openSqliteStoreAsOperator, openSqliteStoreToRead } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { findSession } from './work/find-session.ts';
import { endOfCommand, giveCommand, submitIssue } from './work/give-command.ts';
import { lookAtHome } from './work/look-at-home.ts';
import { lookAtSession, type LookAtRun } from './work/look-at-session.ts';
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
