import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Git } from '../../git.ts';
import { branchRef, objectId } from '../../mirror/refs.ts';
import { createDirectories } from '../directories.ts';
import type { WorkspaceRequest, Workspaces } from '../workspace.ts';

const CHECKOUT_WORKERS = 4; // files are made at once by so many programs where there are many: more wait for the same disk
const CHECKOUT_TIMEOUT_MS = 10 * 60_000; // a repository of some gigabytes on a slow disk

/**
 * Workspaces that are standalone clones: their configuration and hooks are the agent's own, and of the mirror they only read
 * objects. `root` is an absolute path and holds nothing else.
 */
export function createCloneWorkspaces({ git, root }: { readonly git: Git; readonly root: string }): Workspaces {
  return createDirectories({ root, make: (draft, request) => makeClone(git, join(draft, 'repo'), request) });
}

async function makeClone(git: Git, repo: string, request: WorkspaceRequest): Promise<void> {
  const gitDir = join(repo, '.git');
  const branch = branchRef(request.branch).slice('refs/heads/'.length); // checked
  const inRepo = [`--work-tree=${repo}`];
  await git.output(gitDir, [...inRepo, 'init', '--quiet', '--template=', `--initial-branch=${branch}`]);
  await mkdir(join(gitDir, 'objects/info'), { recursive: true });
  await writeFile(join(gitDir, 'objects/info/alternates'), `${join(request.mirrorPath, 'objects')}\n`);
  await appendFile(join(gitDir, 'config'), configOf(request));
  // HEAD names the branch, so this moves the branch. On the first one it makes it.
  const checkOut = async (mode: string, commit: string): Promise<void> => {
    await git.output(gitDir, [...inRepo, 'reset', '--quiet', mode, objectId(commit), '--'], {
      timeoutMs: CHECKOUT_TIMEOUT_MS,
      settings: ['core.symlinks=true', `checkout.workers=${CHECKOUT_WORKERS}`],
    });
  };
  await checkOut('--hard', request.restored?.files ?? request.base);
  if (request.restored?.files) await checkOut('--mixed', request.base); // the files stay as they are
}

/** Written at once: a program for each setting would take longer than all of this. */
function configOf({ identity }: WorkspaceRequest): string {
  const user = identity ? `[user]\n\tname = ${quoted(identity.name)}\n\temail = ${quoted(identity.email)}\n` : '';
  return `${user}[gc]\n\tauto = 0\n`; // a clean-up in the background would outlive the run
}

/** As git reads it: in quotes a value is what it is, but for these. */
function quoted(value: string): string {
  const plain = value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`);
  return `"${plain.replaceAll('\n', String.raw`\n`)}"`;
}
