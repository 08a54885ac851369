import { gitOutput, runGit } from '../git.ts';

export type Ref = {
  /** Full, such as 'refs/heads/main'. */
  readonly ref: string;
  readonly sha: string;
  readonly type: 'commit' | 'tag' | 'tree' | 'blob';
};

export type Refs = {
  /** Every ref whose full name begins with the prefix, by name. */
  refs(prefix?: string): Promise<readonly Ref[]>;
  ref(name: string): Promise<Ref | null>;
  /** A branch, tag, full ref name or (abbreviated) SHA → the full SHA of its commit, or null. Takes any text. */
  resolve(revision: string): Promise<string | null>;
  createRef(ref: string, sha: string): Promise<'created' | 'exists' | 'no-such-object' | 'bad-name'>;
  /** Without `force` only forward, as on GitHub. */
  updateRef(
    ref: string,
    sha: string,
    options: { readonly force: boolean },
  ): Promise<'updated' | 'missing' | 'not-fast-forward' | 'no-such-object'>;
  /** False when there was none. */
  deleteRef(ref: string): Promise<boolean>;
};

export const noSha = '0'.repeat(40);

/** The names of a bare repository: read, made, moved and deleted as GitHub's refs API does. */
export function createRefs(directory: string): Refs {
  const refs: Refs['refs'] = async (prefix = 'refs/') => {
    const all = await gitOutput(directory, ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)']);
    return parseRefs(all).filter(({ ref }) => ref.startsWith(prefix));
  };
  const ref: Refs['ref'] = async (name) => (await refs(name)).find((found) => found.ref === name) ?? null;

  const isCommit = async (sha: string): Promise<boolean> =>
    (await objectNames(directory, [`${sha}^{commit}`]))[0] === sha;

  return {
    refs,
    ref,
    async resolve(revision) {
      const found = await objectNames(directory, candidates(revision));
      return found.find((sha) => sha !== null) ?? null;
    },
    async createRef(name, sha) {
      if (!name.startsWith('refs/') || name.split('/').length < 3) return 'bad-name';
      if ((await runGit(directory, ['check-ref-format', name])).exitCode !== 0) return 'bad-name';
      if (!isFullSha(sha) || !(await isCommit(sha))) return 'no-such-object';
      if (await ref(name)) return 'exists';
      const { exitCode } = await runGit(directory, ['update-ref', name, sha, noSha]);
      return exitCode === 0 ? 'created' : 'exists'; // also 'a' beside 'a/b', which cannot both be
    },
    async updateRef(name, sha, { force }) {
      const current = await ref(name);
      if (!current) return 'missing';
      if (!isFullSha(sha) || !(await isCommit(sha))) return 'no-such-object';
      if (!force && !(await isAncestor(directory, current.sha, sha))) return 'not-fast-forward';
      const { exitCode } = await runGit(directory, ['update-ref', name, sha, current.sha]);
      return exitCode === 0 ? 'updated' : 'not-fast-forward'; // somebody else moved it in between
    },
    async deleteRef(name) {
      const current = await ref(name);
      if (!current) return false;
      return (await runGit(directory, ['update-ref', '-d', name, current.sha])).exitCode === 0;
    },
  };
}

/** True for 40 lower-case hexadecimal digits. */
export function isFullSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** True when `older` is reachable from `newer` (or is it). Both are full SHAs. */
export async function isAncestor(directory: string, older: string, newer: string): Promise<boolean> {
  return (await runGit(directory, ['merge-base', '--is-ancestor', older, newer])).exitCode === 0;
}

/** What git's own revision grammar would read as more than a name. */
const grammar = /[\p{Cc}\s~^:?*[\\]|\.\.|@\{/u;

function candidates(revision: string): readonly string[] {
  if (revision === '' || grammar.test(revision)) return [];
  if (isFullSha(revision)) return [`${revision}^{commit}`];
  const names = [`refs/heads/${revision}`, `refs/tags/${revision}`];
  if (revision.startsWith('refs/')) names.unshift(revision);
  if (revision.startsWith('heads/') || revision.startsWith('tags/')) names.push(`refs/${revision}`);
  if (revision === 'HEAD' || /^[0-9a-f]{7,39}$/.test(revision)) names.push(revision);
  return names.map((name) => `${name}^{commit}`);
}

/** The full name of each object, or null; one program for all of them. */
async function objectNames(directory: string, expressions: readonly string[]): Promise<readonly (string | null)[]> {
  if (expressions.length === 0) return [];
  const input = expressions.map((expression) => `${expression}\n`).join('');
  const answer = await gitOutput(directory, ['cat-file', '--batch-check=%(objectname)'], { input });
  const lines = answer.split('\n');
  return expressions.map((_, index) => {
    const line = lines[index] ?? '';
    return isFullSha(line) ? line : null;
  });
}

function parseRefs(text: string): Ref[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [sha = '', type = '', ...name] = line.split(' ');
      return { ref: name.join(' '), sha, type: type as Ref['type'] };
    });
}
