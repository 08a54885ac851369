import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sessionId as asSessionId, type SessionId } from '../../domain/ids.ts';
import { crashPoint } from '../../lib/crash-point.ts';
import { UserError } from '../../lib/errors.ts';
import { segment } from '../mirror/refs.ts';
import { removeTree } from './remove-tree.ts';
import { removeIdleTrunks, strangerAt, trunkFor, unregister } from './trunk.ts';
import type { WorkspaceEntry, WorkspaceRequest, Workspaces } from './workspace.ts';

const LOCK_FILE = 'locked';
const LOCK_BYTES_MAX = 1000; // a sentence

type Kind = {
  /** An absolute path; the directory holds workspaces and nothing else. */
  readonly root: string;
  /** Makes `repo` within an empty directory that will be called `path` once it is complete. */
  readonly make: (draft: string, request: WorkspaceRequest, path: string) => Promise<void>;
};

/** What all kinds of workspaces have in common: one directory for each session, which is complete when it has its name. */
export function createDirectories({ root, make }: Kind): Workspaces {
  const pathOf = (id: SessionId): string => join(root, segment(id));
  const preparing = new Map<SessionId, Promise<string>>();
  let clearing: Promise<unknown> = Promise.resolve(); // nothing is linked to what is being removed

  const prepare = async (request: WorkspaceRequest): Promise<string> => {
    const path = pathOf(request.sessionId);
    if ((await isDirectory(path)) && (await isDirectory(join(path, 'repo')))) return path;
    await mkdir(root, { recursive: true, mode: 0o700 });
    await removeLeftovers(root, request.sessionId);
    await removeTree(path);
    const draft = draftPath(root, request.sessionId);
    for (const name of ['', 'repo', 'home', 'tmp']) await mkdir(join(draft, name), { mode: 0o700 });
    await make(draft, request, path);
    if (request.restored) await writeLock(draft, request.restored.lock);
    crashPoint('workspace.cloned');
    await rename(draft, path); // its final name is the sign that it is complete
    crashPoint('workspace.named');
    return path;
  };

  const lockOf = async (id: SessionId): Promise<string | null> => {
    const lock = await readLock(pathOf(id));
    if (lock !== null) return lock;
    const stranger = await strangerAt(root, id);
    return stranger === null ? null : `git knows it as the worktree ${stranger}`;
  };

  return {
    pathOf,
    prepare(request) {
      const running = preparing.get(request.sessionId);
      if (running) return running;
      const started = clearing.then(() => prepare(request)).finally(() => preparing.delete(request.sessionId));
      preparing.set(request.sessionId, started);
      return started;
    },
    async remove(id) {
      const path = pathOf(id);
      const lock = await lockOf(id);
      if (lock !== null) throw new UserError('workspace-locked', `The workspace ${path} is locked: ${lock}`);
      await rename(path, draftPath(root, id)).catch(nothingWhenAbsent); // half of it must not look complete
      crashPoint('workspace.unnamed');
      await unregister(root, id); // whatever kind it was made as
      await removeLeftovers(root, id);
      crashPoint('workspace.removed');
    },
    async list() {
      const entries = await readdir(root, { withFileTypes: true }).catch(emptyWhenAbsent);
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => asSessionId(entry.name));
    },
    async entries() {
      const names = await readdir(root).catch(emptyWhenAbsent);
      const seen = await Promise.all(names.map((name) => entryAt(root, name)));
      return seen.filter((entry) => entry !== null);
    },
    async removeDraft(name) {
      if (!DRAFT_NAME.test(name)) throw new Error(`${JSON.stringify(name)} is not the name of a draft.`);
      await removeTree(join(root, name));
    },
    lockOf,
    lock: (id, reason) => writeLock(pathOf(id), reason),
    sharedPath: (id) => trunkFor(root, id),
    async removeUnused(before) {
      if (preparing.size > 0) return 0;
      const removing = removeIdleTrunks(root, before);
      clearing = removing.catch(() => {}); // whoever asked for it hears of its failure
      return removing;
    },
  };
}

async function writeLock(path: string, reason: string): Promise<void> {
  await writeFile(join(path, LOCK_FILE), `${reason}\n`, { mode: 0o600 });
}

/** A lock that cannot be read is a lock. */
async function readLock(path: string): Promise<string | null> {
  try {
    if (!(await isDirectory(path))) return null; // a link in its place leads to somebody else's
    const file = await open(join(path, LOCK_FILE), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(LOCK_BYTES_MAX));
      return buffer.subarray(0, bytesRead).toString('utf8').trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    return 'its lock cannot be read';
  }
}

/** What is made, and what is being removed, has a name that `list` does not show. */
function draftPrefix(id: SessionId): string {
  return `.${segment(id)}.`;
}

function draftPath(root: string, id: SessionId): string {
  return join(root, `${draftPrefix(id)}${randomUUID()}`);
}

const DRAFT_NAME = /^\.[A-Za-z0-9][A-Za-z0-9-]*\.[0-9a-f-]{36}$/;

/** Null for what has gone meanwhile. */
async function entryAt(root: string, name: string): Promise<WorkspaceEntry | null> {
  const path = join(root, name);
  const found = await lstat(path).catch(nothingWhenAbsent);
  if (!found) return null;
  const named = { name, path, changedAt: found.mtimeMs };
  if (found.isSymbolicLink()) return { ...named, kind: 'link' };
  if (!found.isDirectory()) return { ...named, kind: 'other' };
  if (DRAFT_NAME.test(name)) return { ...named, kind: 'draft' };
  return { ...named, kind: isId(name) ? 'workspace' : 'other' };
}

function isId(name: string): boolean {
  try {
    return segment(name) === name;
  } catch {
    return false;
  }
}

async function removeLeftovers(root: string, id: SessionId): Promise<void> {
  for (const name of await readdir(root).catch(emptyWhenAbsent)) {
    if (name.startsWith(draftPrefix(id))) await removeTree(join(root, name));
  }
}

/** Rejects when the look fails: what is taken for absent is made anew, and what was there is removed. */
async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(nothingWhenAbsent);
  return found?.isDirectory() ?? false;
}

function nothingWhenAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function emptyWhenAbsent(error: NodeJS.ErrnoException): [] {
  nothingWhenAbsent(error);
  return [];
}
