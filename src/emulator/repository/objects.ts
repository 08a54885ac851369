import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { gitOutput, runGit } from '../git.ts';
import { writeBlob } from './loose-object.ts';
import { isFullSha } from './refs.ts';

export type TreeEntry = {
  /** From the tree that was asked for. */
  readonly path: string;
  /** '100644' file, '100755' program, '120000' symbolic link, '040000' directory, '160000' submodule. */
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  /** Bytes; of blobs only. */
  readonly size: number | null;
};

/** What a tree shall hold at a path; `sha: null` removes it. */
export type TreeChange = { readonly path: string; readonly mode?: string; readonly sha: string | null };

export type Contents =
  | { readonly kind: 'file'; readonly entry: TreeEntry; readonly bytes: Buffer }
  | { readonly kind: 'directory'; readonly entries: readonly TreeEntry[] }
  | { readonly kind: 'submodule'; readonly entry: TreeEntry };

export type Objects = {
  blob(sha: string): Promise<Buffer | null>;
  createBlob(bytes: string | Buffer): Promise<string>;
  /** Entries of a tree (or of a commit's); null when there is none such. Entry paths are full with `recursive`. */
  tree(sha: string, options: { readonly recursive: boolean }): Promise<readonly TreeEntry[] | null>;
  /** A new tree: `base` (full SHA of a tree or commit, or null for empty) with the changes. Rejects for an unsafe path. */
  createTree(base: string | null, changes: readonly TreeChange[]): Promise<string>;
  /** What is at a path ('' for the root) of a commit; null when nothing is. */
  contents(commit: string, path: string): Promise<Contents | null>;
};

/** Blobs and trees of a bare repository. */
export function createObjects(directory: string): Objects {
  const blob: Objects['blob'] = async (sha) => {
    if (!isFullSha(sha)) return null;
    const result = await runGit(directory, ['cat-file', 'blob', sha]);
    return result.exitCode === 0 ? result.stdout : null;
  };
  const list = async (args: readonly string[]): Promise<readonly TreeEntry[] | null> => {
    const result = await runGit(directory, ['ls-tree', '-z', '-l', ...args]);
    return result.exitCode === 0 ? parseTree(result.stdout.toString('utf8')) : null;
  };
  return {
    blob,
    createBlob: (bytes) => writeBlob(directory, bytes),
    async tree(sha, { recursive }) {
      return isFullSha(sha) ? list([...(recursive ? ['-r', '-t'] : []), sha]) : null;
    },
    createTree: (base, changes) => writeTree(directory, base, changes),
    async contents(commit, path) {
      const clean = path.replaceAll(/^\/+|\/+$/g, '');
      if (clean === '') {
        const entries = await list([commit]);
        return entries && { kind: 'directory', entries };
      }
      const [entry] = (await list(['--full-tree', commit, '--', clean])) ?? [];
      if (!entry || entry.path !== clean) return null;
      if (entry.type === 'commit') return { kind: 'submodule', entry };
      if (entry.type === 'blob') return { kind: 'file', entry, bytes: (await blob(entry.sha)) ?? Buffer.alloc(0) };
      const entries = (await list([entry.sha])) ?? [];
      return { kind: 'directory', entries: entries.map((each) => ({ ...each, path: `${clean}/${each.path}` })) };
    },
  };
}

async function writeTree(directory: string, base: string | null, changes: readonly TreeChange[]): Promise<string> {
  for (const { path } of changes) {
    if (!isSafePath(path)) throw new Error(`not a path for a repository: ${JSON.stringify(path)}`);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'emulator-index-'));
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await gitOutput(directory, base === null ? ['read-tree', '--empty'] : ['read-tree', base], { env });
    const input = changes.map(({ path, mode = '100644', sha }) =>
      sha === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${sha}\t${path}\0`,
    );
    await gitOutput(directory, ['update-index', '-z', '--index-info'], { env, input: input.join('') });
    return (await gitOutput(directory, ['write-tree'], { env })).trim();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function isSafePath(path: string): boolean {
  const parts = path.split('/');
  return (
    !path.includes('\0') && parts.every((part) => !['', '.', '..'].includes(part) && part.toLowerCase() !== '.git')
  );
}

function parseTree(text: string): TreeEntry[] {
  return text
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/);
      return {
        path: line.slice(tab + 1),
        mode,
        type: type as TreeEntry['type'],
        sha,
        size: size === '-' ? null : Number(size),
      };
    });
}
