import { join } from 'node:path';

import type { Session } from '../domain/session/session.ts';
import type { WorkRequest } from '../runs/mirror/preserve-work.ts';
import type { Ports } from './ports.ts';

/** How the mirror is asked for what the workspace of a session holds. */
export function workRequest(
  workspaces: Pick<Ports['workspaces'], 'pathOf'>,
  { id, pull }: Pick<Session, 'id' | 'pull'>,
): WorkRequest {
  return {
    sessionId: id,
    workspaceRepo: join(workspaces.pathOf(id), 'repo'),
    publishedHead: pull?.headSha ?? null,
  };
}

/**
 * Keeps in our mirror what the workspace of a session holds and GitHub does not, so that the workspace may go. The session's
 * agent must be gone. Safe to repeat. Throws when something of it can be kept nowhere else: then the workspace has to stay.
 */
export async function preserveWork(
  ports: Pick<Ports, 'workspaces' | 'openMirror' | 'log'>,
  session: Pick<Session, 'id' | 'pull' | 'repositoryId'>,
): Promise<void> {
  if (!(await ports.workspaces.list()).includes(session.id)) return;
  const mirror = await ports.openMirror(session.repositoryId);
  const outcome = await mirror.preserveWork(workRequest(ports.workspaces, session));
  if (outcome.outcome === 'refused') throw new Error(outcome.detail);
  if (outcome.outcome === 'preserved' && !outcome.isWhole) {
    ports.log.warn({ session: session.id }, 'Unpublished commits are not sound and were not kept; the files were.');
  }
}
