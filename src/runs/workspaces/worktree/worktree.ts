import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Git } from '../../git.ts';
import { objectId } from '../../mirror/refs.ts';
import { createDirectories } from '../directories.ts';
import { linkTo, makeTrunk, pointBranch, register, registrationOf } from '../trunk.ts';
import type { WorkspaceRequest, Workspaces } from '../workspace.ts';

const CHECKOUT_TIMEOUT_MS = 10 * 60_000; // a repository of some gigabytes on a slow disk

/**
 * Workspaces that are linked worktrees of one trunk for each repository: the sessions of a repository see each other's branches,
 * and can change each other's configuration and hooks. So it is for agents and contents that are trusted with each other.
 * `root` is an absolute path and holds nothing else.
 */
export function createWorktreeWorkspaces({ git, root }: { readonly git: Git; readonly root: string }): Workspaces {
  return createDirectories({ root, make: (draft, request, path) => makeWorktree(git, draft, { request, path }) });
}

/** Our git reads and writes in the mirror only, with an index of its own: the trunk may be configured to run anything. */
async function makeWorktree(
  git: Git,
  draft: string,
  { request, path }: { readonly request: WorkspaceRequest; readonly path: string },
): Promise<void> {
  const { mirrorPath, sessionId, branch, base, restored } = request;
  const repo = join(draft, 'repo');
  const indexPath = join(draft, 'index');
  const files = objectId(restored?.files ?? base);
  await git.output(mirrorPath, ['cat-file', 'commit', objectId(base)]);
  await git.output(mirrorPath, [`--work-tree=${repo}`, 'read-tree', '--reset', '-u', files], {
    ...{ indexPath, timeoutMs: CHECKOUT_TIMEOUT_MS, settings: ['core.symlinks=true'] },
  });
  if (files !== base) await git.output(mirrorPath, ['read-tree', base], { indexPath }); // the files stay as they are
  const trunk = await makeTrunk(git, mirrorPath);
  await pointBranch(trunk, sessionId, { name: branch, sha: base });
  await writeFile(join(repo, '.git'), linkTo(registrationOf(trunk, sessionId)), { flag: 'wx' });
  const config = configOf(request.identity);
  await register(trunk, sessionId, { repo: join(path, 'repo'), branch, index: indexPath, config });
}

function configOf(identity: WorkspaceRequest['identity']): string {
  if (identity === null) return '';
  return `[user]\n\tname = ${quoted(identity.name)}\n\temail = ${quoted(identity.email)}\n`;
}

/** A value as git's configuration writes it. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll(/\p{Cc}/gu, ' ')}"`;
}
