import { branchRef, objectId } from './refs.ts';
import type { MirrorParts } from './remote.ts';

/** Which files of a branch are wanted: those at the paths, and those right below the directories. */
export type FilesWanted = {
  readonly branch: string;
  readonly paths: readonly string[];
  /** Each ends in a slash. */
  readonly directories: readonly string[];
  readonly bytesMax: number;
  /** Of those whose text is read; the others are only named. */
  readonly reads: (path: string) => boolean;
};

/** `isFile`: neither a directory nor a link nor a submodule. `text`: null for what was not read. */
export type BranchFile = { readonly path: string; readonly isFile: boolean; readonly text: string | null };

const FILES_MAX = 100; // a directory of ours holds a dozen; more are passed over
const LIST_BYTES_MAX = 1_000_000; // a directory of thousands, whose beginning is enough

/**
 * Files as they stand on a branch as last fetched, from the objects alone: nothing is checked out, no link is followed, and
 * no filter runs. Those that are not there are left out, and so is everything when there is no such branch.
 */
export async function readFiles({ git, gitDir }: MirrorParts, wanted: FilesWanted): Promise<readonly BranchFile[]> {
  const list = await git.attempt(
    gitDir,
    ['ls-tree', '-z', '-l', branchRef(wanted.branch), '--', ...wanted.paths, ...wanted.directories],
    { outputBytesMax: LIST_BYTES_MAX },
  );
  if (list.exitCode !== 0) return [];
  const entries = list.stdout.split('\0').slice(0, -1).slice(0, FILES_MAX).map(entryOf);
  return Promise.all(
    entries.map(async ({ path, isFile, object, bytes }) => {
      if (!isFile || bytes > wanted.bytesMax || !wanted.reads(path)) return { path, isFile, text: null };
      return { path, isFile, text: await git.output(gitDir, ['cat-file', 'blob', objectId(object)]) };
    }),
  );
}

/** `MODE TYPE OBJECT SIZE<tab>PATH`. Throws at anything else. */
function entryOf(line: string): { path: string; isFile: boolean; object: string; bytes: number } {
  const [, mode, object = '', size = '', path = ''] =
    /^([0-7]{6}) [a-z]+ ([0-9a-f]+) +(\d+|-)\t([^]+)$/.exec(line) ?? [];
  if (mode === undefined) throw new Error('git gave a list of files in a form that we do not know.');
  return { path, isFile: mode.startsWith('100'), object, bytes: size === '-' ? 0 : Number(size) };
}
