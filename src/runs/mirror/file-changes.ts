import { constants } from 'node:fs';
import { createHash } from 'node:crypto';
import { lstat, mkdtemp, open, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { setupMarkerOf } from '../run-directory/setup-marker.ts';
import { objectId } from './refs.ts';
import type { MirrorParts } from './remote.ts';

const ENTRIES_MAX = 200_000; // files of one working tree; git itself is slow beyond
const LIST_BYTES_MAX = 64 * 1024 * 1024; // the names of so many files
const READ_BYTES_MAX = 64 * 1024 * 1024 * 1024; // some minutes of reading
const CHANGED_BYTES_MAX = 1024 * 1024 * 1024; // far above what a person could look through, and a whole disk is more
const NESTED_MAX = 5; // repositories within repositories
const READ_AT_ONCE = 16;
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** A file or a link that is not as in the commit. `path` is relative to the working tree. */
export type ChangedFile = {
  readonly path: string;
  readonly mode: '100644' | '100755' | '120000';
  readonly object: string;
  /** What a link says; null for a file. */
  readonly target: string | null;
  readonly bytes: number;
};

export type FileChanges = { readonly put: readonly ChangedFile[]; readonly gone: readonly string[] };

/** The working tree is not one that we can keep a copy of; the message says why, to its operator. */
export class UnreadableTree extends Error {
  override readonly name = 'UnreadableTree';
}

/**
 * How the files of a working tree differ from a commit (null: from none), ignored files left out. What the agent's repository
 * says plays no part: neither its configuration nor its attributes nor its index is read, no program runs, and no link is
 * followed. Nothing may write to the tree meanwhile. Throws `UnreadableTree` for what cannot be kept.
 */
export async function fileChanges(parts: MirrorParts, repo: string, commit: string | null): Promise<FileChanges> {
  const committed = await committedFiles(parts, commit ?? EMPTY_TREE);
  const untracked = await untrackedFiles(parts, { workTree: repo, tree: commit ?? EMPTY_TREE, depth: 0 });
  const paths = [...new Set([...committed.keys(), ...untracked])];
  if (paths.length > ENTRIES_MAX) throw new UnreadableTree('The workspace holds too many files to be kept.');
  const look = createLook(repo);
  const put: ChangedFile[] = [];
  const gone: string[] = [];
  let changedBytes = 0;
  for (let at = 0; at < paths.length; at += READ_AT_ONCE) {
    const seen = await Promise.all(
      paths.slice(at, at + READ_AT_ONCE).map(async (path) => ({ path, file: await look(path) })),
    );
    for (const { path, file } of seen) {
      const before = committed.get(path);
      if (before?.startsWith('160000 ')) continue; // another repository: its commit is not ours to keep
      if (file === null) {
        if (before !== undefined) gone.push(path);
      } else if (before !== `${file.mode} ${file.object}`) {
        put.push(file);
        changedBytes += file.bytes;
      }
    }
  }
  if (changedBytes > CHANGED_BYTES_MAX)
    throw new UnreadableTree('The files that were not committed are too large to be kept.');
  return { put, gone };
}

/** Path → `MODE OBJECT`. */
async function committedFiles({ git, gitDir }: MirrorParts, tree: string): Promise<ReadonlyMap<string, string>> {
  const listed = await git.output(gitDir, ['ls-tree', '-r', '-z', '--full-tree', objectId(tree)], {
    outputBytesMax: LIST_BYTES_MAX,
  });
  const files = new Map<string, string>();
  for (const line of listed.split('\0').filter((one) => one !== '')) {
    const [, mode = '', object = '', path = ''] = /^(\d{6}) \w+ ([0-9a-f]{40})\t([^]+)$/.exec(line) ?? [];
    files.set(named(path), `${mode} ${object}`);
  }
  return files;
}

type Place = { readonly workTree: string; readonly tree: string; readonly depth: number };

/** What `.gitignore` does not leave out, and no setup has made; of a repository within it, its files. */
async function untrackedFiles(parts: MirrorParts, { workTree, tree, depth }: Place): Promise<readonly string[]> {
  const { git, gitDir } = parts;
  const room = await mkdtemp(join(tmpdir(), 'reeve-index-'));
  const options = { indexPath: join(room, 'index'), outputBytesMax: LIST_BYTES_MAX };
  try {
    await git.output(gitDir, ['read-tree', objectId(tree)], options);
    const list = [
      'ls-files',
      '--others',
      '--exclude-standard',
      '-z',
      ...(depth === 0 ? await madeBySetup(workTree) : []),
    ];
    const listed = await git.attempt(gitDir, [`--work-tree=${workTree}`, ...list], options);
    if (listed.exitCode !== 0) throw new UnreadableTree('The files of the workspace cannot be listed.');
    const names = listed.stdout.split('\0').filter((name) => name !== '');
    const files = names.filter((name) => !name.endsWith('/')).map(named);
    for (const nested of names.filter((name) => name.endsWith('/')).map(named)) {
      if (depth >= NESTED_MAX) throw new UnreadableTree('The workspace holds repositories within repositories.');
      const inner = { workTree: join(workTree, nested), tree: EMPTY_TREE, depth: depth + 1 };
      files.push(...(await untrackedFiles(parts, inner)).map((name) => `${nested}${name}`));
    }
    return files;
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** What the run host has put into `info/exclude`, which is the agent's and says nothing to us. */
async function madeBySetup(repo: string): Promise<readonly string[]> {
  const marker = await setupMarkerOf(dirname(repo)).read();
  return (marker?.cachePaths ?? []).map((path) => `--exclude=/${path}`);
}

/** A name that we read as it is. */
function named(path: string): string {
  if (path === '' || path.includes('\u{FFFD}')) throw new UnreadableTree('The workspace holds a name that is no text.');
  return path;
}

/** Looks at one path; null where there is nothing that git would keep. A path that leads over a link is not there. */
function createLook(repo: string): (path: string) => Promise<ChangedFile | null> {
  const directories = new Map<string, Promise<boolean>>([['', Promise.resolve(true)]]);
  let bytes = 0;
  const isDirectory = (path: string): Promise<boolean> => {
    const known = directories.get(path);
    if (known) return known;
    const found = isDirectory(parentOf(path)).then(
      async (is) => is && ((await lstat(join(repo, path)).catch(absent))?.isDirectory() ?? false),
    );
    directories.set(path, found);
    return found;
  };
  return async (path) => {
    if (!(await isDirectory(parentOf(path)))) return null;
    const found = await lstat(join(repo, path)).catch(absent);
    if (found?.isSymbolicLink()) return linkAt(repo, path);
    if (!found?.isFile()) return null;
    bytes += found.size;
    if (bytes > READ_BYTES_MAX) throw new UnreadableTree('The files of the workspace are too large to be read.');
    const mode = (found.mode & 0o100) === 0 ? '100644' : '100755';
    return { path, mode, object: await blobOf(join(repo, path), found.size), target: null, bytes: found.size };
  };
}

async function linkAt(repo: string, path: string): Promise<ChangedFile> {
  const bytes = await readlink(join(repo, path), { encoding: 'buffer' });
  const target = named(bytes.toString('utf8'));
  const object = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
  return { path, mode: '120000', object, target, bytes: bytes.length };
}

/** The object id of a file's content as it is. */
async function blobOf(path: string, size: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(unreadable);
  try {
    const hash = createHash('sha1').update(`blob ${size}\0`);
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  return unreadable();
}

function unreadable(): never {
  throw new UnreadableTree('A file of the workspace cannot be read.');
}
