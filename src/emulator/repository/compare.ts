import { gitOutput, runGit } from '../git.ts';
import type { Commit, Commits } from './commits.ts';

/** One file of a diff, in GitHub's words. */
export type FileDiff = {
  readonly filename: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  /** Of the blob after the change; before it when the file was removed. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly changes: number;
  /** The hunks; absent for binary files and pure renames. */
  readonly patch?: string;
  readonly previous_filename?: string;
};

export type Comparison = {
  readonly mergeBase: string;
  readonly status: 'identical' | 'ahead' | 'behind' | 'diverged';
  readonly ahead: number;
  readonly behind: number;
  /** What head has and base lacks, oldest first, at most `commitsMax`. */
  readonly commits: readonly Commit[];
  /** From the merge base to head. */
  readonly files: readonly FileDiff[];
};

export type Compare = {
  /** GitHub's three-dot comparison of two full commit SHAs; null when they share no history. */
  compare(base: string, head: string): Promise<Comparison | null>;
  /** From one commit or tree to another, by path. `null` stands for the empty tree: a first commit. */
  files(before: string | null, after: string): Promise<readonly FileDiff[]>;
};

/** As many commits as GitHub lists in one comparison or pull request. */
const commitsMax = 250;
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Comparing commits of a bare repository. */
export function createCompare(directory: string, commits: Commits): Compare {
  const files: Compare['files'] = async (before, after) => {
    const range = [before ?? emptyTree, after, '--'];
    const common = ['diff-tree', '-r', '-M', '--no-commit-id', '--no-color', '--no-ext-diff', '--no-textconv'];
    const summary = await gitOutput(directory, [...common, '--raw', '--numstat', '--no-abbrev', '-z', ...range]);
    const patches = await runGit(directory, [...common, '--patch', '--src-prefix=a/', '--dst-prefix=b/', ...range]);
    const texts = patches.isCut ? [] : splitPatches(patches.stdout.toString('utf8'));
    return parseSummary(summary).map((file, index) => {
      const patch = texts[index];
      return patch === undefined ? file : { ...file, patch };
    });
  };
  return {
    files,
    async compare(base, head) {
      const found = await runGit(directory, ['merge-base', base, head]);
      if (found.exitCode !== 0) return null;
      const mergeBase = found.stdout.toString('utf8').trim();
      const counts = await gitOutput(directory, ['rev-list', '--left-right', '--count', `${base}...${head}`]);
      const [behind = 0, ahead = 0] = counts.trim().split('\t').map(Number);
      const listed = await commits.log({ to: head, from: base, limit: commitsMax, oldestFirst: true });
      return {
        mergeBase,
        status: statusOf(ahead, behind),
        ahead,
        behind,
        commits: listed,
        files: await files(mergeBase, head),
      };
    },
  };
}

function statusOf(ahead: number, behind: number): Comparison['status'] {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}

const statuses: Readonly<Record<string, FileDiff['status']>> = {
  A: 'added',
  C: 'added',
  D: 'removed',
  R: 'renamed',
  T: 'changed',
};

/** `--raw --numstat -z`: first one entry per file with its names, then the counts of each in the same order. */
function parseSummary(text: string): readonly FileDiff[] {
  const fields = text.split('\0');
  const files: Omit<FileDiff, 'additions' | 'deletions' | 'changes'>[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const [, , before = '', after = '', letters = ''] = (fields[at] ?? '').split(' ');
    const letter = letters.charAt(0);
    const isMoved = letter === 'R' || letter === 'C';
    const [first = '', second = ''] = [fields[at + 1], fields[at + 2]];
    files.push({
      filename: isMoved ? second : first,
      status: statuses[letter] ?? 'modified',
      sha: letter === 'D' ? before : after,
      ...(letter === 'R' && { previous_filename: first }),
    });
    at += isMoved ? 3 : 2;
  }
  return files.map((file) => {
    const [added = '0', removed = '0', name = ''] = (fields[at] ?? '').split('\t');
    at += name === '' ? 3 : 1; // a renamed file has its two names in fields of their own
    const additions = Number(added) || 0; // '-' for binary files
    const deletions = Number(removed) || 0;
    return { ...file, additions, deletions, changes: additions + deletions };
  });
}

/** The hunks of each file; undefined where there are none. No line of a hunk begins with 'diff'. */
function splitPatches(text: string): readonly (string | undefined)[] {
  return text
    .split(/^diff --git /m)
    .slice(1)
    .map((part) => {
      const at = part.search(/^@@ /m);
      return at < 0 ? undefined : part.slice(at).replace(/\n$/, '');
    });
}
