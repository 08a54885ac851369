import type { Dirent } from 'node:fs';
import { lstat, opendir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const ENTRIES_MAX = 200_000; // loose objects of a very busy run; git itself is slow beyond
const OBJECT_BYTES_MAX = 1024 * 1024 * 1024; // far above what a person could review
const ALTERNATES_BYTES_MAX = 4096; // one path

/**
 * Says in a sentence why we must not fetch from a clone that an agent could write to, or null. Git would follow links and
 * pointers in it with our rights, which see more than the agent's: other repositories' objects above all. So its `.git` has to be
 * one plain directory that borrows from our mirror and from nothing else. Nothing may write to the clone meanwhile.
 */
export async function unsafeClone(repoPath: string, mirrorPath: string): Promise<string | null> {
  const gitDir = join(repoPath, '.git');
  try {
    for (const path of [repoPath, gitDir]) {
      const found = await lstat(path).catch(nothingWhenAbsent);
      if (!found?.isDirectory()) return 'The workspace does not hold a git repository any more.';
    }
    return (await unsafeEntry(gitDir)) ?? (await unsafeAlternates(gitDir, mirrorPath));
  } catch (error) {
    if (isOwnersDoing(error)) return 'The repository in the workspace cannot be read.';
    throw error;
  }
}

/** The same for the objects of a trunk, which several worktrees share. */
export async function unsafeObjects(trunk: string, mirrorPath: string): Promise<string | null> {
  try {
    const found = await lstat(trunk).catch(nothingWhenAbsent);
    const objects = await lstat(join(trunk, 'objects')).catch(nothingWhenAbsent);
    if (!found?.isDirectory() || !objects?.isDirectory())
      return 'The worktree does not lead to a git repository any more.';
    return (await unsafeEntry(join(trunk, 'objects'))) ?? (await unsafeAlternates(trunk, mirrorPath));
  } catch (error) {
    if (isOwnersDoing(error)) return 'The repository of the worktree cannot be read.';
    throw error;
  }
}

/** No links, devices, sockets or pipes; no pointer to another repository; not more than we want to read. */
async function unsafeEntry(gitDir: string): Promise<string | null> {
  let entries = 0;
  let bytes = 0;
  const pending = [gitDir];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for await (const entry of await opendir(directory)) {
      entries += 1;
      if (entries > ENTRIES_MAX) return 'The repository in the workspace holds too many files.';
      const path = join(directory, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (!isPlain(entry, directory === gitDir)) return 'The repository in the workspace points out of itself.';
      else bytes += (await lstat(path)).size;
      if (bytes > OBJECT_BYTES_MAX) return 'The repository in the workspace is too large to be read.';
    }
  }
  return null;
}

function isPlain(entry: Dirent, isAtTop: boolean): boolean {
  return entry.isFile() && !(isAtTop && ['commondir', 'gitdir'].includes(entry.name));
}

async function unsafeAlternates(gitDir: string, mirrorPath: string): Promise<string | null> {
  const path = join(gitDir, 'objects/info/alternates');
  const found = await lstat(path).catch(nothingWhenAbsent);
  if (!found) return null;
  const text = found.size > ALTERNATES_BYTES_MAX ? '' : await readFile(path, 'utf8');
  if (text.trim() === join(mirrorPath, 'objects')) return null;
  return 'The repository in the workspace borrows from somewhere else.';
}

function nothingWhenAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

/** What the owner of the files can cause; anything else is our disk's or our system's fault. */
function isOwnersDoing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && ['EACCES', 'EPERM', 'ENOENT', 'ENAMETOOLONG', 'ELOOP'].includes(code);
}
