import type { ChangedFile, CommitFacts, DiffFacts, EntryKind } from '../../domain/publish/facts.ts';
import { GitError } from '../git.ts';
import { parseNumstat, parseRawDiff, presentMode, type RawChange } from './raw-diff.ts';
import { objectId } from './refs.ts';
import type { MirrorParts } from './remote.ts';

export type DiffRange = {
  /** The commit that the run was given. */
  readonly base: string;
  readonly head: string;
};

const COMMITS_MAX = 1000; // a run that makes more is out of hand; their whole content would have to be looked at
const LINKS_READ_MAX = 100; // one process each; a person looks at the others
const LINK_BYTES_MAX = 4096; // the longest path that Linux follows

/**
 * Everything that pushing head would bring to a remote that has base: the difference between the two, and what the commits in
 * between changed and took back. Commits of the mirror's branches are not counted: they are there already.
 */
export async function diffFacts(
  parts: MirrorParts,
  { base, head }: DiffRange,
): Promise<Omit<DiffFacts, 'secretPaths'>> {
  const range = { base: objectId(base), head: objectId(head) };
  const { exitCode } = await parts.git.attempt(parts.gitDir, ['merge-base', '--is-ancestor', base, head]);
  const isDescendant = exitCode === 0;
  try {
    const commits = await commitsOf(parts, range);
    if (commits.length > COMMITS_MAX) return unlisted(range, isDescendant);
    const tip = parseRawDiff(await parts.git.output(parts.gitDir, ['diff-tree', ...rawFlags, base, head]));
    const history = parseRawDiff(
      await parts.git.output(parts.gitDir, ['diff-tree', ...rawFlags, '--root', '-c', '--no-commit-id', '--stdin'], {
        input: commits.map(({ sha }) => `${sha}\n`).join(''),
      }),
    );
    const { additions, deletions, binaries } = parseNumstat(
      await parts.git.output(parts.gitDir, ['diff-tree', ...diffFlags, '--numstat', base, head]),
    );
    const files = await describe(parts, { head, tip, history: notIn(tip, history), binaries });
    return { ...range, commits, files, additions, deletions, isDescendant, isComplete: true };
  } catch (error) {
    if (error instanceof GitError && error.result.endedBecause !== null) return unlisted(range, isDescendant);
    throw error;
  }
}

const diffFlags = ['-r', '-z', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=none'];
const rawFlags = [...diffFlags, '--raw', '--no-abbrev'];

function unlisted(range: DiffRange, isDescendant: boolean): Omit<DiffFacts, 'secretPaths'> {
  return { ...range, commits: [], files: [], additions: 0, deletions: 0, isDescendant, isComplete: false };
}

async function commitsOf({ git, gitDir }: MirrorParts, { base, head }: DiffRange): Promise<CommitFacts[]> {
  const limits = ['--topo-order', '--reverse', '-z', '--encoding=UTF-8', '--format=%H %s'];
  const count = await git.output(gitDir, [
    'rev-list',
    '--count',
    `--max-count=${COMMITS_MAX + 1}`,
    ...newCommits(base, head),
  ]);
  if (Number(count) > COMMITS_MAX) return Array.from({ length: COMMITS_MAX + 1 }, () => ({ sha: head, subject: '' }));
  const listed = await git.output(gitDir, ['log', ...limits, ...newCommits(base, head)]);
  return listed
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => ({ sha: entry.slice(0, 40), subject: entry.slice(41) }));
}

/** Arguments for the commits that head has and neither base nor any branch of the mirror has. */
export function newCommits(base: string, head: string): readonly string[] {
  return [objectId(head), '--not', objectId(base), '--branches', '--'];
}

/** Changes of single commits that are not what base and head differ by. */
function notIn(tip: readonly RawChange[], history: readonly RawChange[]): RawChange[] {
  const keyOf = ({ newMode, newObject, path }: RawChange): string => `${newMode} ${newObject} ${path}`;
  const known = new Set(tip.map(keyOf));
  return history.filter((change) => {
    const isNew = !known.has(keyOf(change));
    known.add(keyOf(change));
    return isNew;
  });
}

type Changes = {
  readonly head: string;
  readonly tip: readonly RawChange[];
  readonly history: readonly RawChange[];
  readonly binaries: ReadonlySet<string>;
};

async function describe(parts: MirrorParts, { head, tip, history, binaries }: Changes): Promise<ChangedFile[]> {
  const all = [
    ...tip.map((change) => ({ change, isInTip: true })),
    ...history.map((change) => ({ change, isInTip: false })),
  ];
  const sizes = await sizesOf(
    parts,
    all.map(({ change }) => change),
  );
  const hasSubmodule = all.some(({ change }) => kindOf(change.newMode) === 'submodule');
  const urls = hasSubmodule ? await submoduleUrls(parts, head) : new Map<string, string>();
  let links = 0;
  const files: ChangedFile[] = [];
  for (const { change, isInTip } of all) {
    const kind = kindOf(change.newMode);
    const sizeBytes = sizes.get(change.newObject) ?? null;
    const isReadable =
      kind === 'symlink' && sizeBytes !== null && sizeBytes <= LINK_BYTES_MAX && links < LINKS_READ_MAX;
    if (isReadable) links += 1;
    files.push({
      path: change.path,
      status: statusOf(change),
      kind,
      oldKind: kindOf(change.oldMode),
      sizeBytes,
      symlinkTarget: isReadable ? await parts.git.output(parts.gitDir, ['cat-file', 'blob', change.newObject]) : null,
      ...(kind === 'submodule' ? { submodule: { url: urls.get(change.path) ?? null, commit: change.newObject } } : {}),
      isBinary: isInTip && binaries.has(change.path),
      isInTip,
    });
  }
  return files;
}

/** Addresses by path. A `.gitmodules` that git cannot read gives none: a person has to look anyway. */
async function submoduleUrls({ git, gitDir }: MirrorParts, head: string): Promise<Map<string, string>> {
  const wanted = ['--null', '--get-regexp', '^submodule[.].*[.](path|url)$'];
  const { exitCode, stdout } = await git.attempt(gitDir, ['config', '--blob', `${head}:.gitmodules`, ...wanted]);
  const fields = exitCode === 0 ? stdout.split('\0').filter((entry) => entry.includes('\n')) : [];
  const values = new Map(
    fields.map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)]),
  );
  return new Map(
    [...values].flatMap(([key, path]) => {
      const url = key.endsWith('.path') ? values.get(key.replace(/path$/, 'url')) : undefined;
      return url === undefined ? [] : [[path, url]];
    }),
  );
}

/** Bytes by object id, of the contents that are there (a submodule's commit is not). */
async function sizesOf({ git, gitDir }: MirrorParts, changes: readonly RawChange[]): Promise<Map<string, number>> {
  const objects = new Set(changes.filter(({ newMode }) => hasContent(newMode)).map(({ newObject }) => newObject));
  if (objects.size === 0) return new Map();
  const listed = await git.output(gitDir, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], {
    input: [...objects].map((object) => `${object}\n`).join(''),
  });
  return new Map(
    listed
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, 40), Number(line.slice(41))]),
  );
}

function hasContent(mode: string): boolean {
  const kind = kindOf(mode);
  return kind !== null && kind !== 'submodule';
}

function kindOf(mode: string): EntryKind | null {
  switch (presentMode(mode)) {
    case null:
      return null;
    case '100755':
      return 'executable';
    case '120000':
      return 'symlink';
    case '160000':
      return 'submodule';
    default:
      return 'file';
  }
}

function statusOf({ oldMode, newMode }: RawChange): ChangedFile['status'] {
  if (presentMode(oldMode) === null) return 'added';
  if (presentMode(newMode) === null) return 'deleted';
  return oldMode.slice(0, 3) === newMode.slice(0, 3) ? 'modified' : 'type-changed';
}
