import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { sessionId as asSessionId, type SessionId } from '../../../domain/ids.ts';
import { crashPoint } from '../../../lib/crash-point.ts';
import type { Git } from '../../git.ts';
import { branchRef, objectId, segment } from '../../mirror/refs.ts';
import type { WorkspaceRequest, Workspaces } from '../workspace.ts';
import { removeTree } from './remove-tree.ts';

const CHECKOUT_TIMEOUT_MS = 10 * 60_000; // a repository of some gigabytes on a slow disk

/**
 * Workspaces that are standalone clones: their configuration and hooks are the agent's own, and of the mirror they only read
 * objects. `root` is an absolute path and holds nothing else.
 */
export function createCloneWorkspaces({ git, root }: { readonly git: Git; readonly root: string }): Workspaces {
  const pathOf = (id: SessionId): string => join(root, segment(id));
  const preparing = new Map<SessionId, Promise<string>>();

  const prepare = async (request: WorkspaceRequest): Promise<string> => {
    const path = pathOf(request.sessionId);
    if ((await isDirectory(path)) && (await isDirectory(join(path, 'repo')))) return path;
    await mkdir(root, { recursive: true, mode: 0o700 });
    await removeLeftovers(root, request.sessionId);
    await removeTree(path);
    const draft = draftPath(root, request.sessionId);
    await makeClone(git, draft, request);
    crashPoint('workspace.cloned');
    await rename(draft, path); // its final name is the sign that it is complete
    crashPoint('workspace.named');
    return path;
  };

  return {
    pathOf,
    prepare(request) {
      const running = preparing.get(request.sessionId);
      if (running) return running;
      const started = prepare(request).finally(() => preparing.delete(request.sessionId));
      preparing.set(request.sessionId, started);
      return started;
    },
    async remove(id) {
      const path = pathOf(id);
      await rename(path, draftPath(root, id)).catch(nothingWhenAbsent); // half of it must not look complete
      crashPoint('workspace.unnamed');
      await removeLeftovers(root, id);
      crashPoint('workspace.removed');
    },
    async list() {
      const entries = await readdir(root, { withFileTypes: true }).catch(emptyWhenAbsent);
      return entries
        .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
        .map((entry) => asSessionId(entry.name));
    },
  };
}

/** What is made, and what is being removed, has a name that `list` does not show. */
function draftPrefix(id: SessionId): string {
  return `.${segment(id)}.`;
}

function draftPath(root: string, id: SessionId): string {
  return join(root, `${draftPrefix(id)}${randomUUID()}`);
}

async function removeLeftovers(root: string, id: SessionId): Promise<void> {
  for (const name of await readdir(root).catch(emptyWhenAbsent)) {
    if (name.startsWith(draftPrefix(id))) await removeTree(join(root, name));
  }
}

async function makeClone(git: Git, path: string, request: WorkspaceRequest): Promise<void> {
  for (const name of ['', 'repo', 'home', 'tmp']) await mkdir(join(path, name), { mode: 0o700 });
  const branch = branchRef(request.branch);
  const repo = join(path, 'repo');
  const gitDir = join(repo, '.git');
  const inRepo = [`--work-tree=${repo}`];
  await git.output(gitDir, [...inRepo, 'init', '--quiet', '--template=', `--initial-branch=${request.branch}`]);
  await mkdir(join(gitDir, 'objects/info'), { recursive: true });
  await writeFile(join(gitDir, 'objects/info/alternates'), `${join(request.mirrorPath, 'objects')}\n`);
  const settings = [
    ['user.name', request.identity.name],
    ['user.email', request.identity.email],
    ['gc.auto', '0'], // a clean-up in the background would outlive the run
  ] as const;
  for (const [name, value] of settings) await git.output(gitDir, ['config', '--local', name, value]);
  await git.output(gitDir, ['update-ref', branch, objectId(request.base)]);
  await git.output(gitDir, [...inRepo, 'reset', '--quiet', '--hard'], {
    timeoutMs: CHECKOUT_TIMEOUT_MS,
    settings: ['core.symlinks=true'],
  });
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

function nothingWhenAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function emptyWhenAbsent(error: NodeJS.ErrnoException): [] {
  nothingWhenAbsent(error);
  return [];
}
