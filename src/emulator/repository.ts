import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { gitOutput, runGit } from './git.ts';
import { createCommits, type Commits, type Signature } from './repository/commits.ts';
import { createCompare, type Compare } from './repository/compare.ts';
import { createMerge, type Merge } from './repository/merge.ts';
import { createObjects, type Objects } from './repository/objects.ts';
import { createRefs, noSha, type Refs } from './repository/refs.ts';

/** A bare git repository, driven by plumbing: no working tree, no configuration of the machine, nothing through a shell. */
export type Repository = Refs &
  Commits &
  Objects &
  Compare &
  Merge & {
    /** The `.git` directory itself. */
    readonly directory: string;
    /** One commit on a branch, as the contents API or a person with a push makes it. */
    commitFiles(request: CommitFiles): Promise<CommitFilesOutcome>;
  };

export type FileChange = {
  readonly path: string;
  /** The whole new content; null deletes the file. */
  readonly content: string | Buffer | null;
  /** '100755' for a program, '120000' for a symbolic link; without it a plain file. */
  readonly mode?: string;
};

export type CommitFiles = {
  /** Short name. It is created from `from` (or with no history when that is absent) if it does not exist. */
  readonly branch: string;
  readonly changes: readonly FileChange[];
  readonly message: string;
  readonly author: Signature;
  readonly committer?: Signature;
  /** Full SHA that a new branch starts at. */
  readonly from?: string;
};

export type CommitFilesOutcome =
  | { readonly kind: 'committed'; readonly sha: string; readonly before: string }
  /** The branch moved meanwhile, or its name cannot be one. */
  | { readonly kind: 'refused' };

export type NewRepository = {
  readonly directory: string;
  readonly defaultBranch: string;
  /** Path → content of the first commit; no files, no commit. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly message: string;
  readonly author: Signature;
};

/** The repository at a directory that `createRepository` made. */
export function openRepository(directory: string): Repository {
  const refs = createRefs(directory);
  const commits = createCommits(directory);
  const objects = createObjects(directory);
  return {
    directory,
    ...refs,
    ...commits,
    ...objects,
    ...createCompare(directory, commits),
    ...createMerge(directory, refs, commits),
    async commitFiles({ branch, changes, from, ...commit }) {
      const name = `refs/heads/${branch}`;
      const before = (await refs.ref(name))?.sha ?? noSha;
      const parent = before === noSha ? (from ?? null) : before;
      const entries = [];
      for (const { path, content, mode = '100644' } of changes) {
        entries.push({ path, mode, sha: content === null ? null : await objects.createBlob(content) });
      }
      const tree = await objects.createTree(parent, entries);
      const sha = await commits.createCommit({ ...commit, tree, parents: parent === null ? [] : [parent] });
      const { exitCode } = await runGit(directory, ['update-ref', name, sha, before]);
      return exitCode === 0 ? { kind: 'committed', sha, before } : { kind: 'refused' };
    },
  };
}

/** A new bare repository with its first commit, ready to be served and pushed to. The directory must not hold one yet. */
export async function createRepository(options: NewRepository): Promise<Repository> {
  const { directory, defaultBranch, files, message, author } = options;
  await mkdir(directory, { recursive: true });
  await gitOutput(directory, ['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`]);
  await appendFile(join(directory, 'config'), settings);
  const repository = openRepository(directory);
  const changes = Object.entries(files).map(([path, content]) => ({ path, content }));
  if (changes.length > 0) await repository.commitFiles({ branch: defaultBranch, changes, message, author });
  return repository;
}

/** How GitHub's servers behave where git's defaults differ. */
const settings = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
[receive]
	# GitHub writes these refs itself and refuses pushes to them.
	hideRefs = refs/pull
	fsckObjects = true
	autogc = false
[gc]
	auto = 0
`;
