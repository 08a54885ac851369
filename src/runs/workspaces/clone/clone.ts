import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Git } from '../../git.ts';
import { branchRef, objectId } from '../../mirror/refs.ts';
import { createDirectories } from '../directories.ts';
import type { WorkspaceRequest, Workspaces } from '../workspace.ts';

const CHECKOUT_TIMEOUT_MS = 10 * 60_000; // a repository of some gigabytes on a slow disk

/**
 * Workspaces that are standalone clones: their configuration and hooks are the agent's own, and of the mirror they only read
 * objects. `root` is an absolute path and holds nothing else.
 */
export function createCloneWorkspaces({ git, root }: { readonly git: Git; readonly root: string }): Workspaces {
  return createDirectories({ root, make: (draft, request) => makeClone(git, join(draft, 'repo'), request) });
}

async function makeClone(git: Git, repo: string, request: WorkspaceRequest): Promise<void> {
  const branch = branchRef(request.branch);
  const gitDir = join(repo, '.git');
  const inRepo = [`--work-tree=${repo}`];
  await git.output(gitDir, [...inRepo, 'init', '--quiet', '--template=', `--initial-branch=${request.branch}`]);
  await mkdir(join(gitDir, 'objects/info'), { recursive: true });
  await writeFile(join(gitDir, 'objects/info/alternates'), `${join(request.mirrorPath, 'objects')}\n`);
  const { identity } = request;
  const settings = [
    ...(identity ? [['user.name', identity.name] as const, ['user.email', identity.email] as const] : []),
    ['gc.auto', '0'], // a clean-up in the background would outlive the run
  ] as const;
  for (const [name, value] of settings) await git.output(gitDir, ['config', '--local', name, value]);
  const checkOut = async (mode: string, commit: string): Promise<void> => {
    await git.output(gitDir, ['update-ref', branch, objectId(commit)]);
    await git.output(gitDir, [...inRepo, 'reset', '--quiet', mode], {
      timeoutMs: CHECKOUT_TIMEOUT_MS,
      settings: ['core.symlinks=true'],
    });
  };
  await checkOut('--hard', request.restored?.files ?? request.base);
  if (request.restored?.files) await checkOut('--mixed', request.base); // the files stay as they are
}
