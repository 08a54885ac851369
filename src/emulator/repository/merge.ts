import { runGit } from '../git.ts';
import type { Commits, Signature } from './commits.ts';
import { isAncestor, type Refs } from './refs.ts';

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export type MergeRequest = {
  /** Full name of the branch that receives, such as 'refs/heads/main'. */
  readonly into: string;
  /** Full SHA of what is merged. */
  readonly head: string;
  readonly method: MergeMethod;
  /** Of the new commit; a rebase keeps the messages that there are. */
  readonly message: string;
  readonly author: Signature;
  /** GitHub signs merges made on its site itself; without it the author is the committer. */
  readonly committer?: Signature;
};

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly sha: string }
  | { readonly kind: 'conflict' }
  /** The branch holds it already. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'no-such-branch' }
  /** The branch moved while we merged. */
  | { readonly kind: 'moved' };

export type Merge = {
  /** Whether two commits merge without conflict. */
  isMergeable(base: string, head: string): Promise<boolean>;
  /** The tree of the two merged, or null for a conflict. */
  mergedTree(base: string, head: string): Promise<string | null>;
  merge(request: MergeRequest): Promise<MergeOutcome>;
};

/** Merging inside a bare repository, without a working tree. */
export function createMerge(directory: string, refs: Refs, commits: Commits): Merge {
  const mergedTree: Merge['mergedTree'] = async (base, head) => {
    const args = ['merge-tree', '--write-tree', '--no-messages', '--allow-unrelated-histories', base, head];
    const result = await runGit(directory, args);
    return result.exitCode === 0 ? result.stdout.toString('utf8').trim() : null;
  };

  /** One commit laid on `onto`: a merge whose base is the commit's own parent. Null for a conflict. */
  const laidOn = async (onto: string, sha: string, request: MergeRequest): Promise<string | null> => {
    const [commit, target] = [await commits.commit(sha), await commits.commit(onto)];
    const parent = commit && (await commits.commit(commit.parents[0] ?? ''));
    if (!commit || !target || !parent) return null;
    const scratch = { message: 'scratch', author: request.author };
    const base = await commits.createCommit({ ...scratch, tree: parent.tree, parents: [] });
    const ours = await commits.createCommit({ ...scratch, tree: target.tree, parents: [base] });
    const theirs = await commits.createCommit({ ...scratch, tree: commit.tree, parents: [base] });
    const tree = await mergedTree(ours, theirs);
    if (tree === null) return null;
    const { date, ...author } = commit.author;
    return commits.createCommit({
      tree,
      parents: [onto],
      message: commit.message,
      author: { ...author, at: new Date(date).getTime() },
      committer: request.committer ?? request.author,
    });
  };

  const rebased = async (base: string, request: MergeRequest): Promise<string | null> => {
    const all = await commits.log({ to: request.head, from: base, limit: rebaseCommitsMax, oldestFirst: true });
    let tip: string | null = base;
    for (const commit of all.filter(({ parents }) => parents.length === 1)) {
      if (tip === null) return null;
      tip = await laidOn(tip, commit.sha, request);
    }
    return tip;
  };

  const merged = async (base: string, request: MergeRequest): Promise<string | null> => {
    if (request.method === 'rebase') return rebased(base, request);
    const tree = await mergedTree(base, request.head);
    if (tree === null) return null;
    return commits.createCommit({
      tree,
      parents: request.method === 'merge' ? [base, request.head] : [base],
      message: request.message,
      author: request.author,
      ...(request.committer && { committer: request.committer }),
    });
  };

  return {
    mergedTree,
    async isMergeable(base, head) {
      return (await mergedTree(base, head)) !== null;
    },
    async merge(request) {
      const branch = await refs.ref(request.into);
      if (!branch) return { kind: 'no-such-branch' };
      if (await isAncestor(directory, request.head, branch.sha)) return { kind: 'nothing' };
      const sha = await merged(branch.sha, request);
      if (sha === null) return { kind: 'conflict' };
      const { exitCode } = await runGit(directory, ['update-ref', request.into, sha, branch.sha]);
      return exitCode === 0 ? { kind: 'merged', sha } : { kind: 'moved' };
    },
  };
}

/** GitHub refuses to rebase more. */
const rebaseCommitsMax = 100;
