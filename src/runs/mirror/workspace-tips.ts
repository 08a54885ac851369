import type { SessionId } from '../../domain/ids.ts';
import { branchRef, reeveRefs } from './refs.ts';
import { refusalOf, type MirrorParts } from './remote.ts';

const FETCH_TIMEOUT_MS = 3 * 60_000; // a gigabyte of objects, checked, on a slow disk
const ADVERTISEMENT_TIMEOUT_MS = 30_000; // nothing is computed for it
const ADVERTISEMENT_BYTES_MAX = 256 * 1024; // so many branches as we take, and ten times as many
const TIPS_MAX = 20; // branches that an agent made and left; more are nobody's work

// A message could otherwise hide text behind a NUL from everything that reads it as a string.
const strict: readonly string[] = ['fetch.fsck.nulInCommit=error', 'fetch.fsck.gitmodulesSymlink=error'];

/** A commit that a repository of an agent points to; what is checked out comes first. */
export type Tip = { readonly name: string; readonly sha: string };

export type Tips = { readonly outcome: 'read'; readonly tips: readonly Tip[] } | UnreadTips;
type UnreadTips = {
  readonly outcome: 'refused';
  readonly code: 'malicious' | 'unreadable';
  readonly detail: string;
};

/** What is checked out, the branches and the stash of a clone that was found to be safe. Changes nothing. */
export async function tipsOf({ git, gitDir }: MirrorParts, workspaceRepo: string): Promise<Tips> {
  const listed = await git.attempt(
    gitDir,
    ['ls-remote', '--quiet', '--', workspaceRepo, 'HEAD', 'refs/heads/*', 'refs/stash'],
    { timeoutMs: ADVERTISEMENT_TIMEOUT_MS, outputBytesMax: ADVERTISEMENT_BYTES_MAX },
  );
  await git.output(gitDir, ['rev-parse', '--is-bare-repository']); // throws when it is our mirror that cannot be read
  const tips = listed.stdout
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([sha = '', name = '']) => (isOurs(name) && /^[0-9a-f]{40}$/.test(sha) ? [{ name, sha }] : []));
  const distinct = tips.filter(({ sha }, index) => tips.findIndex((tip) => tip.sha === sha) === index);
  if (distinct.length === 0) return unreadable('The repository in the workspace holds no commit.');
  if (listed.exitCode !== 0) return unreadable('The repository in the workspace cannot be read.');
  if (distinct.length > TIPS_MAX) return unreadable('The repository in the workspace holds too many branches.');
  return { outcome: 'read', tips: distinct };
}

/**
 * Takes the commits over under names of ours that `releaseTips` takes back, every object checked. A repository that
 * holds back something is refused.
 */
export async function takeTips(
  { git, gitDir, now }: MirrorParts,
  request: { readonly sessionId: SessionId; readonly workspaceRepo: string; readonly tips: readonly Tip[] },
): Promise<{ readonly outcome: 'taken' } | UnreadTips> {
  const named = request.tips.map(({ name, sha }, index) => ({
    name,
    sha,
    ref: reeveRefs.keeping(request.sessionId, index),
  }));
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--'];
  const refspecs = named.map(({ name, ref }) => `+${name}:${ref}`);
  const result = await git.attempt(gitDir, [...args, request.workspaceRepo, ...refspecs], {
    timeoutMs: FETCH_TIMEOUT_MS,
    settings: strict,
  });
  if (result.endedBecause === 'timeout') return unreadable('Reading the workspace took too long.');
  if (result.exitCode !== 0) {
    const { code, detail } = refusalOf(result, 'Keeping the work', now);
    return code === 'malicious' ? { outcome: 'refused', code, detail } : unreadable(detail);
  }
  for (const { ref, sha } of named) {
    const found = await git.attempt(gitDir, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]);
    // A fetch leaves out without a word what would make our own history end too early.
    if (found.stdout.trim() !== sha) return unreadable('The history in the workspace is not complete.');
  }
  return { outcome: 'taken' };
}

/** Takes the names back that `takeTips` gave. */
export async function releaseTips({ git, gitDir }: MirrorParts, sessionId: SessionId): Promise<void> {
  const names = reeveRefs.keeping(sessionId, 0).replace(/[^/]+$/, '');
  const input = await git.output(gitDir, ['for-each-ref', '--format=delete %(refname)', names]);
  if (input !== '') await git.output(gitDir, ['update-ref', '--stdin'], { input });
}

function isOurs(name: string): boolean {
  if (name === 'HEAD' || name === 'refs/stash') return true;
  try {
    return name.startsWith('refs/heads/') && branchRef(name.slice('refs/heads/'.length)) === name;
  } catch {
    return false;
  }
}

function unreadable(detail: string): UnreadTips {
  return { outcome: 'refused', code: 'unreadable', detail };
}
