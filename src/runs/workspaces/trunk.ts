import { lstat, mkdir, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import type { SessionId } from '../../domain/ids.ts';
import { UserError } from '../../lib/errors.ts';
import type { Git } from '../git.ts';
import { branchRef, objectId, segment } from '../mirror/refs.ts';
import { readTextSafely } from '../run-directory/safe-read.ts';
import { removeTree } from './remove-tree.ts';

const NAME_BYTES_MAX = 10_000; // a path, or the name of a branch

/**
 * The repository that the worktrees of a mirror are linked to. It borrows the objects of the mirror and is never the mirror
 * itself: agents write to it, to its configuration and hooks too, so that no git of ours runs in it once it has its name.
 * What we do in it we do to its files.
 */
export function trunkOf(mirrorPath: string): string {
  return join(dirname(dirname(mirrorPath)), 'trunks', basename(mirrorPath));
}

/** Where a trunk keeps what it knows of a session's worktree. */
export function registrationOf(trunk: string, id: SessionId): string {
  return join(trunk, 'worktrees', segment(id));
}

/** Makes the trunk of a mirror where there is none, and gives its path. */
export async function makeTrunk(git: Git, mirrorPath: string): Promise<string> {
  const trunk = trunkOf(mirrorPath);
  if (await isDirectory(trunk)) return trunk;
  const draft = `${trunk}.new`;
  await removeTree(draft);
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await git.output(draft, ['init', '--quiet', '--bare', '--template=', '--initial-branch=reeve-has-none']);
  const settings = [
    ['core.repositoryFormatVersion', '1'],
    ['extensions.worktreeConfig', 'true'],
    ['gc.auto', '0'], // a clean-up in the background would outlive the run
  ] as const;
  for (const [name, value] of settings) await git.output(draft, ['config', '--local', name, value]);
  await git.output(draft, ['config', '--local', '--unset', 'core.bare']); // it would be true of the worktrees too
  await writeFile(join(draft, 'config.worktree'), '[core]\n\tbare = true\n');
  await mkdir(join(draft, 'objects/info'), { recursive: true });
  await mkdir(join(draft, 'worktrees'));
  await writeFile(join(draft, 'objects/info/alternates'), `${join(mirrorPath, 'objects')}\n`);
  await rename(draft, trunk);
  return trunk;
}

/** Points a branch of the trunk to a commit. Throws when it is checked out in the worktree of another session. */
export async function pointBranch(trunk: string, id: SessionId, branch: { name: string; sha: string }): Promise<void> {
  const ref = branchRef(branch.name);
  for (const other of await readdir(await plain(join(trunk, 'worktrees')))) {
    const head = other === id ? null : await textAt(join(trunk, 'worktrees', other, 'HEAD'));
    if (head?.trim() !== `ref: ${ref}`) continue;
    throw new UserError(
      'workspace-locked',
      `The branch ${branch.name} is checked out in the workspace of ${other}. End that one first.`,
    );
  }
  const path = join(trunk, ref);
  await mkdir(dirname(path), { recursive: true });
  await plain(dirname(path));
  await rm(path, { force: true });
  await writeFile(path, `${objectId(branch.sha)}\n`, { flag: 'wx' });
}

/** Links the worktree that will be at `repo`; `index` is moved there. The lock keeps agents' `git worktree prune` from it. */
export async function register(
  trunk: string,
  id: SessionId,
  link: { readonly repo: string; readonly branch: string; readonly index: string; readonly config: string },
): Promise<void> {
  const path = registrationOf(trunk, id);
  await plain(dirname(path));
  await removeTree(path);
  await mkdir(path, { mode: 0o700 });
  const files = {
    commondir: '../..\n',
    gitdir: `${join(link.repo, '.git')}\n`,
    HEAD: `ref: ${branchRef(link.branch)}\n`,
    'config.worktree': link.config,
    locked: 'A session of Reeve owns it.\n',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text, { flag: 'wx' });
  await rename(link.index, join(path, 'index'));
}

/** Whether this is how the `.git` of that session's worktree reads. */
export async function isLinked(repo: string, trunk: string, id: SessionId): Promise<boolean> {
  return (await textAt(join(repo, '.git'))) === linkTo(registrationOf(trunk, id));
}

/** The text of a worktree's `.git`. */
export function linkTo(registration: string): string {
  return `gitdir: ${registration}\n`;
}

/** Takes back what `register` did, in whichever trunk. A registration that leads elsewhere is somebody else's and stays. */
export async function unregister(root: string, id: SessionId): Promise<void> {
  for (const trunk of await trunksBeside(root)) {
    const path = registrationOf(trunk, id);
    if ((await textAt(join(path, 'gitdir'))) !== `${join(root, id, 'repo/.git')}\n`) continue;
    await plain(dirname(path));
    await removeTree(path);
  }
}

/** Under which other name the worktree at that place is registered; null when it is not. */
export async function strangerAt(root: string, id: SessionId): Promise<string | null> {
  for (const trunk of await trunksBeside(root)) {
    for (const name of await readdir(join(trunk, 'worktrees')).catch(() => [])) {
      if (name === id) continue;
      const gitdir = await textAt(join(trunk, 'worktrees', name, 'gitdir'));
      if (gitdir === `${join(root, id, 'repo/.git')}\n`) return name;
    }
  }
  return null;
}

/** The trunk that a session's worktree is linked to; null for a session that has none. */
export async function trunkFor(root: string, id: SessionId): Promise<string | null> {
  for (const trunk of await trunksBeside(root)) if (await isDirectory(registrationOf(trunk, id))) return trunk;
  return null;
}

/**
 * Removes the trunks that no worktree has been linked to since `before` (epoch ms), with the branches that agents left there.
 * Gives how many went. Not to be called while a worktree is being made.
 */
export async function removeIdleTrunks(root: string, before: number): Promise<number> {
  let removed = 0;
  for (const trunk of await trunksBeside(root)) {
    const links = join(trunk, 'worktrees');
    const [own, linked] = [await lstat(trunk), await lstat(links).catch(() => null)];
    if (!linked?.isDirectory() || Math.max(own.mtimeMs, linked.mtimeMs) >= before) continue;
    if ((await readdir(links)).length > 0) continue;
    await rename(trunk, `${trunk}${GONE}`); // half of it must not look like a trunk
    removed += 1;
  }
  const trunks = trunksOf(root);
  for (const name of await readdir(trunks).catch(() => []))
    if (name.endsWith(GONE)) await removeTree(join(trunks, name));
  return removed;
}

const GONE = '.gone';

function trunksOf(root: string): string {
  return join(dirname(root), 'trunks');
}

async function trunksBeside(root: string): Promise<readonly string[]> {
  const trunks = trunksOf(root);
  const names = await readdir(trunks).catch(() => []);
  return names.filter((name) => name.endsWith('.git')).map((name) => join(trunks, name));
}

/** The path itself, when it and all above it are directories and no links. Agents could lead us elsewhere by one. */
async function plain(path: string): Promise<string> {
  if ((await realpath(dirname(dirname(path)))) !== dirname(dirname(path)) || !(await isDirectory(dirname(path))))
    throw new Error(`${path} leads elsewhere.`);
  if (!(await isDirectory(path))) throw new Error(`${path} is no directory.`);
  return path;
}

async function isDirectory(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}

async function textAt(path: string): Promise<string | null> {
  const reading = await readTextSafely(path, NAME_BYTES_MAX);
  return reading.kind === 'read' ? reading.value : null;
}
