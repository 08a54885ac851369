/** One entry of `git diff-tree --raw -z`: what a path was and what it is. */
export type RawChange = {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly newObject: string;
};

const ABSENT_MODE = '000000';

/**
 * Parses `--raw -z --no-abbrev --no-renames`, of two trees or of a merge (`-c`, which begins with as many colons as there are
 * parents; the first parent's side is taken as the old one). Throws at anything else.
 */
export function parseRawDiff(output: string): RawChange[] {
  const fields = output.split('\0');
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const header = /^(:+)([0-7]{6}(?: [0-7]{6})+) ([0-9a-f]+(?: [0-9a-f]+)+) [A-Z]+$/.exec(fields[index] ?? '');
    const parents = header?.[1]?.length ?? 0;
    const modes = header?.[2]?.split(' ') ?? [];
    const objects = header?.[3]?.split(' ') ?? [];
    const path = fields[index + 1];
    const [oldMode, newMode, newObject] = [modes[0], modes[parents], objects[parents]];
    if (path === undefined || oldMode === undefined || newMode === undefined || newObject === undefined) {
      throw new Error('git gave a diff in a form that we do not know.');
    }
    changes.push({ path, oldMode, newMode, newObject });
  }
  return changes;
}

/** Null for the mode of something that is not there. */
export function presentMode(mode: string): string | null {
  return mode === ABSENT_MODE ? null : mode;
}

export type LineCounts = {
  readonly additions: number;
  readonly deletions: number;
  readonly binaries: ReadonlySet<string>;
};

/** Parses `git diff-tree --numstat -z --no-renames`. */
export function parseNumstat(output: string): LineCounts {
  const binaries = new Set<string>();
  let additions = 0;
  let deletions = 0;
  for (const entry of output.split('\0')) {
    const [added, deleted, ...path] = entry.split('\t');
    if (added === '-') binaries.add(path.join('\t'));
    additions += Number(added) || 0;
    deletions += Number(deleted) || 0;
  }
  return { additions, deletions, binaries };
}
