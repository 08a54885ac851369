import { join } from 'node:path';

import type { SessionId } from '../domain/ids.ts';
import { isFinal } from '../domain/session/session.ts';
import { UserError } from '../lib/errors.ts';
import type { Ports } from './ports.ts';

export type RestoredWork = {
  readonly outcome: 'restored' | 'already-there';
  /** Absolute path of the repository. */
  readonly path: string;
  readonly branch: string;
  /** Files of it are not committed, as they were. */
  readonly hasUncommitted: boolean;
};

type RestorePorts = Pick<Ports, 'workspaces' | 'openMirror'> & {
  readonly store: { readonly sessions: Pick<Ports['store']['sessions'], 'get'> };
};

/**
 * Brings what was kept of an ended session back as its workspace, locked, so that no clean-up takes it away again. Reads the
 * store and the mirror, and writes only the workspace, which the server does not touch any more once the session is settled: so
 * it may be called beside a server. Safe to repeat: one that is there is left as it is.
 */
export async function restoreWork(
  { store, workspaces, openMirror }: RestorePorts,
  id: SessionId,
): Promise<RestoredWork> {
  const session = await store.sessions.get(id);
  if (!session) throw new UserError('session-not-found', `There is no session ${id}. \`reeve status\` lists them.`);
  if (!isFinal(session) || !session.isSettled) {
    const what = isFinal(session) ? 'has ended just now' : `is ${session.state}`;
    throw new UserError(
      'session-at-work',
      `${id} ${what}, and its workspace is its own. Stop it first (\`/reeve stop\`), or wait until it has ended.`,
    );
  }
  const { branch } = session;
  const mirror = await openMirror(session.repositoryId);
  const kept = await mirror.preserved(id);
  const path = join(workspaces.pathOf(id), 'repo');
  if ((await workspaces.list()).includes(id))
    return { outcome: 'already-there', path, branch, hasUncommitted: kept?.hasUncommitted ?? false };
  if (kept === null) {
    throw new UserError('not-found', `Nothing was kept of ${id}: all its work was published, or it left none.`);
  }
  await workspaces.prepare({
    ...{ sessionId: id, mirrorPath: mirror.path, base: kept.head, branch, identity: null },
    restored: { files: kept.hasUncommitted ? kept.commit : null, lock: 'It was restored by an operator.' },
  });
  return { outcome: 'restored', path, branch, hasUncommitted: kept.hasUncommitted };
}
