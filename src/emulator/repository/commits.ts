import { gitOutput, runGit } from '../git.ts';
import { isFullSha } from './refs.ts';

export type Person = { readonly name: string; readonly email: string };

/** `at` in epoch ms; git keeps whole seconds. */
export type Signature = Person & { readonly at: number };

export type Commit = {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** `date` as GitHub writes it: 2026-01-31T12:00:00Z. */
  readonly author: Person & { readonly date: string };
  readonly committer: Person & { readonly date: string };
  /** Without the newline at its end. */
  readonly message: string;
};

export type LogOptions = {
  /** A full SHA, or two: what `to` reaches and `from` does not. */
  readonly to: string;
  readonly from?: string;
  readonly limit: number;
  readonly skip?: number;
  readonly oldestFirst?: boolean;
  /** Only commits that touch this path. */
  readonly path?: string;
};

export type NewCommit = {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer?: Signature;
};

export type Commits = {
  /** By full SHA; null when there is no such commit. */
  commit(sha: string): Promise<Commit | null>;
  log(options: LogOptions): Promise<readonly Commit[]>;
  /** A commit object that no ref names yet. Tree and parents must exist. */
  createCommit(commit: NewCommit): Promise<string>;
};

/** Reading and writing commits of a bare repository. */
export function createCommits(directory: string): Commits {
  return {
    async commit(sha) {
      if (!isFullSha(sha)) return null;
      const result = await runGit(directory, ['log', '-z', '-1', `--format=${format}`, `${sha}^{commit}`, '--']);
      return result.exitCode === 0 ? (parseLog(result.stdout.toString('utf8'))[0] ?? null) : null;
    },
    async log({ to, from, limit, skip = 0, oldestFirst = false, path }) {
      const args = ['log', '-z', `--format=${format}`, '--topo-order', `--max-count=${limit}`, `--skip=${skip}`, to];
      if (from !== undefined) args.push(`^${from}`);
      const text = await gitOutput(directory, [...args, '--', ...(path === undefined ? [] : [`:(literal)${path}`])]);
      const commits = parseLog(text);
      return oldestFirst ? commits.toReversed() : commits;
    },
    async createCommit({ tree, parents, message, author, committer = author }) {
      const text = await gitOutput(directory, ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])], {
        input: message.endsWith('\n') ? message : `${message}\n`,
        env: {
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_AUTHOR_DATE: gitDate(author.at),
          GIT_COMMITTER_NAME: committer.name,
          GIT_COMMITTER_EMAIL: committer.email,
          GIT_COMMITTER_DATE: gitDate(committer.at),
        },
      });
      return text.trim();
    },
  };
}

const format = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%n');

function parseLog(text: string): readonly Commit[] {
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [sha = '', tree = '', parents = '', ...rest] = entry.split('\n');
      const [authorName = '', authorEmail = '', authorDate = '', name = '', email = '', date = '', ...message] = rest;
      return {
        sha,
        tree,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        author: { name: authorName, email: authorEmail, date: githubDate(authorDate) },
        committer: { name, email, date: githubDate(date) },
        message: message.join('\n').trimEnd(),
      };
    });
}

function gitDate(at: number): string {
  return `@${Math.floor(at / 1000)} +0000`;
}

function githubDate(iso: string): string {
  return new Date(iso).toISOString().replace(/\.\d+Z$/, 'Z');
}
