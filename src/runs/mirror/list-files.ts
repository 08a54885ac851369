import { GitError } from '../git.ts';
import { objectId } from './refs.ts';
import type { MirrorParts } from './remote.ts';

const LIST_BYTES_MAX = 64 * 1024 * 1024; // some hundred thousand files; those of more are not listed

/** A regular file of a commit. */
export type ListedFile = { readonly path: string; /** The name of its contents. */ readonly object: string };

/** The files of a commit that `isWanted` names, by path; null when there are too many to list, or one of them is no regular file. */
export async function listFiles(
  { git, gitDir }: MirrorParts,
  commit: string,
  isWanted: (path: string) => boolean,
): Promise<readonly ListedFile[] | null> {
  const entries = await git
    .output(gitDir, ['ls-tree', '-r', '-z', '--full-tree', objectId(commit)], { outputBytesMax: LIST_BYTES_MAX })
    .catch((error: unknown) => {
      if (error instanceof GitError && error.result.endedBecause !== null) return null;
      throw error;
    });
  if (entries === null) return null;
  const files: ListedFile[] = [];
  for (const entry of entries.split('\0')) {
    const tab = entry.indexOf('\t');
    const path = entry.slice(tab + 1);
    if (tab === -1 || !isWanted(path)) continue;
    const [mode = '', , object = ''] = entry.slice(0, tab).split(' ');
    if (!mode.startsWith('100')) return null; // what a link leads to is not told by its own contents
    files.push({ path, object });
  }
  return files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}
