import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SessionId } from '../../domain/ids.ts';
import type { WorkFound } from '../../domain/workspace/facts.ts';
import { fileChanges, UnreadableTree, type ChangedFile, type FileChanges } from './file-changes.ts';
import { objectId, reeveRefs } from './refs.ts';
import type { MirrorParts } from './remote.ts';
import { openSource, type WorkSource } from './work-source.ts';
import { releaseTips, takeTips, tipsOf, type Tip, type Tips } from './workspace-tips.ts';

export type WorkRequest = {
  readonly sessionId: SessionId;
  /** Absolute path of the directory that holds `.git`. Nothing may write to it meanwhile. */
  readonly workspaceRepo: string;
  /** The head of its pull request, as last seen: commits with the same files are on GitHub. */
  readonly publishedHead: string | null;
};

export type PreserveOutcome =
  /** `isWhole: false`: its commits are not sound, and only its files were kept. */
  | { readonly outcome: 'preserved'; readonly commit: string; readonly isWhole: boolean }
  /** All of it is on a branch of the remote, or was kept before. */
  | { readonly outcome: 'nothing' }
  /** It is nowhere but in the workspace, which must not be removed. */
  | { readonly outcome: 'refused'; readonly detail: string };

export type Preserved = {
  readonly commit: string;
  /** What was checked out. */
  readonly head: string;
  /** The files of `commit` are those of the working tree, which had not been committed. */
  readonly hasUncommitted: boolean;
};

// Who makes the commit of what was not committed; by it we know such a commit again.
const KEEPER = { name: 'Reeve', email: 'preserved@reeve.invalid' };

/** What of a workspace is kept nowhere else. Changes nothing, in the workspace as in the mirror. */
export async function workOf(parts: MirrorParts, request: WorkRequest): Promise<WorkFound> {
  try {
    const kept = await preservedOf(parts, request.sessionId);
    const trees = kept ? [kept.commit] : [];
    const source = await openSource(parts.gitDir, request.workspaceRepo, null);
    if (source.kind === 'safe') {
      const read = await readTips(parts, source);
      if (read.outcome === 'refused') return { kind: 'unreadable', detail: read.detail };
      for (const { sha } of read.tips) {
        if (!(await isKept(parts, sha, { ...request, kept })))
          return { kind: 'unkept', detail: 'It holds commits that were not pushed.' };
      }
      trees.unshift(...read.tips.slice(0, 1).map((tip) => tip.sha));
    }
    for (const tree of trees)
      if (isNone(await fileChanges(parts, request.workspaceRepo, tree))) return { kind: 'kept' };
    if (source.kind === 'unsafe') return { kind: 'unkept', detail: source.detail };
    return { kind: 'unkept', detail: 'It holds files that were not committed.' };
  } catch (error) {
    if (error instanceof UnreadableTree) return { kind: 'unreadable', detail: error.message };
    throw error;
  }
}

async function readTips(parts: MirrorParts, source: Extract<WorkSource, { kind: 'safe' }>): Promise<Tips> {
  try {
    return await tipsOf(parts, source.path);
  } finally {
    await source.close();
  }
}

/**
 * Keeps what `workOf` finds as `refs/reeve/preserved/SESSION`: what is checked out, and on top of it one commit of ours with the
 * files that were not committed, which has other branches and what was kept before as further parents. Safe to repeat.
 */
export async function preserveWork(parts: MirrorParts, request: WorkRequest): Promise<PreserveOutcome> {
  const found = await workOf(parts, request);
  if (found.kind === 'kept') return { outcome: 'nothing' };
  if (found.kind === 'unreadable') return { outcome: 'refused', detail: found.detail };
  try {
    const taken = await take(parts, request);
    return 'outcome' in taken ? taken : await keep(parts, request, taken);
  } catch (error) {
    if (error instanceof UnreadableTree) return { outcome: 'refused', detail: error.message };
    throw error;
  } finally {
    await releaseTips(parts, request.sessionId);
  }
}

/** What was kept of a session; null when nothing was. Rejects when that cannot be read: it must not be replaced. */
export async function preservedOf({ git, gitDir }: MirrorParts, sessionId: SessionId): Promise<Preserved | null> {
  const format = '--format=%(objectname)%00%(parent)%00%(committeremail:trim)';
  const shown = await git.output(gitDir, ['for-each-ref', format, reeveRefs.preserved(sessionId)]);
  if (shown === '') return null;
  const [commit = '', parents = '', email = ''] = shown.trim().split('\0');
  const hasUncommitted = email === KEEPER.email && parents !== '';
  return {
    commit: objectId(commit),
    head: hasUncommitted ? objectId(parents.split(' ')[0] ?? '') : commit,
    hasUncommitted,
  };
}

type Taken = { readonly head: string | null; readonly others: readonly Tip[]; readonly isWhole: boolean };

/** Brings the commits into the mirror; those of a repository that is not sound stay behind, and its files are still kept. */
async function take(parts: MirrorParts, request: WorkRequest): Promise<Taken | PreserveOutcome> {
  const source = await openSource(parts.gitDir, request.workspaceRepo, null);
  if (source.kind === 'unsafe') return filesAlone(parts, request);
  try {
    return await takeFrom(parts, { ...request, workspaceRepo: source.path });
  } finally {
    await source.close();
  }
}

async function takeFrom(parts: MirrorParts, request: WorkRequest): Promise<Taken | PreserveOutcome> {
  const read = await tipsOf(parts, request.workspaceRepo);
  if (read.outcome === 'refused') return { outcome: 'refused', detail: read.detail };
  const taken = await takeTips(parts, { ...request, tips: read.tips });
  if (taken.outcome === 'refused')
    return taken.code === 'malicious' ? filesAlone(parts, request) : { outcome: 'refused', detail: taken.detail };
  const [head, ...others] = read.tips;
  return { head: head?.sha ?? null, others, isWhole: true };
}

/** On top of what the last sound run left. */
async function filesAlone({ git, gitDir }: MirrorParts, { sessionId }: WorkRequest): Promise<Taken> {
  const runs = [1, 2].map((digits) => `refs/reeve/runs/${sessionId}-r${'[0-9]'.repeat(digits)}`);
  const args = ['for-each-ref', '--count=1', '--sort=-committerdate', '--format=%(objectname)', ...runs];
  const head = (await git.output(gitDir, args)).trim();
  return { head: head === '' ? null : head, others: [], isWhole: false };
}

async function keep(
  parts: MirrorParts,
  request: WorkRequest,
  { head, others, isWhole }: Taken,
): Promise<PreserveOutcome> {
  const { git, gitDir } = parts;
  const before = await preservedOf(parts, request.sessionId);
  const changes = await fileChanges(parts, request.workspaceRepo, head);
  const elsewhere: string[] = [];
  for (const sha of [...others.map((tip) => tip.sha), ...(before ? [before.commit] : [])]) {
    if (head === null || !(await isAncestor(parts, sha, head))) elsewhere.push(sha);
  }
  const isCommitted = head !== null && isNone(changes) && elsewhere.length === 0;
  const commit = isCommitted
    ? head
    : await commitFiles(parts, { request, head, changes, parents: [...(head ? [head] : []), ...elsewhere] });
  await git.output(gitDir, ['update-ref', reeveRefs.preserved(request.sessionId), objectId(commit)]);
  return { outcome: 'preserved', commit, isWhole };
}

type Files = {
  readonly request: WorkRequest;
  readonly head: string | null;
  readonly changes: FileChanges;
  readonly parents: readonly string[];
};

async function commitFiles(parts: MirrorParts, { request, head, changes, parents }: Files): Promise<string> {
  const { git, gitDir } = parts;
  const room = await mkdtemp(join(tmpdir(), 'reeve-index-'));
  const index = { indexPath: join(room, 'index') };
  try {
    await git.output(gitDir, ['read-tree', ...(head === null ? ['--empty'] : [objectId(head)])], index);
    await storeFiles(parts, request.workspaceRepo, changes.put);
    const entries = [
      ...changes.gone.map((path) => `0 ${'0'.repeat(40)}\t${path}\0`),
      ...changes.put.map(({ mode, object, path }) => `${mode} ${objectId(object)}\t${path}\0`),
    ];
    await git.output(gitDir, ['update-index', '-z', '--index-info'], { ...index, input: entries.join('') });
    const tree = (await git.output(gitDir, ['write-tree'], index)).trim();
    const message = `What ${request.sessionId} had not committed`;
    const args = [
      'commit-tree',
      objectId(tree),
      ...parents.flatMap((parent) => ['-p', objectId(parent)]),
      '-m',
      message,
    ];
    const settings = [`user.name=${KEEPER.name}`, `user.email=${KEEPER.email}`];
    return (await git.output(gitDir, args, { settings })).trim();
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Writes the contents into the mirror. Their names were computed from what was read: anything else was changed meanwhile. */
async function storeFiles({ git, gitDir }: MirrorParts, repo: string, files: readonly ChangedFile[]): Promise<void> {
  const plain = files.filter((file) => file.target === null);
  const stored: string[] = [];
  if (plain.length > 0) {
    const input = plain.map(({ path }) => `${quoted(join(repo, path))}\n`).join('');
    const args = ['hash-object', '-w', '--no-filters', '--stdin-paths'];
    stored.push(...(await git.output(gitDir, args, { input })).trim().split('\n'));
  }
  for (const { target } of files.filter((file) => file.target !== null)) {
    stored.push((await git.output(gitDir, ['hash-object', '-w', '--stdin'], { input: target ?? '' })).trim());
  }
  const wanted = [...plain, ...files.filter((file) => file.target !== null)].map(({ object }) => object);
  if (wanted.join() !== stored.join()) throw new UnreadableTree('A file of the workspace changed while it was read.');
}

/** As git takes a path that holds a line break. */
function quoted(path: string): string {
  return `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

type Places = Pick<WorkRequest, 'publishedHead'> & { readonly kept: Preserved | null };

async function isKept(parts: MirrorParts, sha: string, { kept, publishedHead }: Places): Promise<boolean> {
  const { git, gitDir } = parts;
  const tree = await treeOf(parts, sha);
  if (tree === null) return false;
  const on = await git.output(gitDir, ['for-each-ref', '--count=1', '--contains', objectId(sha), 'refs/heads/']);
  if (on !== '' || (kept !== null && (await isAncestor(parts, sha, kept.commit)))) return true;
  return publishedHead !== null && tree === (await treeOf(parts, publishedHead));
}

/** Null when the mirror does not have the commit. */
async function treeOf({ git, gitDir }: MirrorParts, sha: string): Promise<string | null> {
  const found = await git.attempt(gitDir, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${objectId(sha)}^{tree}`,
  ]);
  return found.exitCode === 0 ? found.stdout.trim() : null;
}

async function isAncestor({ git, gitDir }: MirrorParts, sha: string, of: string): Promise<boolean> {
  const answer = await git.attempt(gitDir, ['merge-base', '--is-ancestor', objectId(sha), objectId(of)]);
  return answer.exitCode === 0;
}

function isNone({ put, gone }: FileChanges): boolean {
  return put.length === 0 && gone.length === 0;
}
