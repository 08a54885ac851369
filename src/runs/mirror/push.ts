import { branchRef, objectId } from './refs.ts';
import { refusalOf, remoteOptions, type MirrorParts, type Refused, type Remote } from './remote.ts';
import { printable } from './remote-failure.ts';

export type PushRequest = Remote & {
  readonly branch: string;
  /** The commit that the branch is to point at. */
  readonly head: string;
  /** Where we last saw the branch; null when it must not exist yet. The push happens only if that is still so. */
  readonly expected: string | null;
};

export type PushOutcome =
  | { readonly outcome: 'pushed' }
  /** The branch was at `head` before: an earlier push arrived whose answer was lost. */
  | { readonly outcome: 'already-there' }
  /** Somebody else moved, made or deleted the branch; nothing was pushed. */
  | { readonly outcome: 'moved' }
  | Refused;

/** Moves one branch of the remote from `expected` to `head`, or leaves it as it is. May be repeated after any end. */
export async function pushBranch({ git, gitDir, now }: MirrorParts, request: PushRequest): Promise<PushOutcome> {
  const target = branchRef(request.branch);
  const lease = `--force-with-lease=${target}:${request.expected === null ? '' : objectId(request.expected)}`;
  const args = ['push', '--porcelain', '--no-verify', '--no-follow-tags', lease, '--', request.url];
  const result = await git.attempt(gitDir, [...args, `${objectId(request.head)}:${target}`], remoteOptions(request));
  const line = result.stdout.split('\n').find((text) => text.includes(`:${target}\t`));
  if (result.exitCode === 0) return { outcome: line?.startsWith('=') ? 'already-there' : 'pushed' };
  if (line?.startsWith('!')) {
    const why = line.split('\t')[2] ?? '';
    if (/\[rejected\]/.test(why)) return { outcome: 'moved' };
    // The remote's hook may have said more than the line does.
    if (/\[remote rejected\]/.test(why)) return rejection(why, result.stderr);
  }
  return refusalOf(result, 'Pushing the branch', now);
}

/** Between reading the branch and writing it another push can come first: then the remote fails to lock the ref. */
function rejection(why: string, stderr: string): PushOutcome {
  const isRace = /cannot lock ref|failed to update ref|reference already exists|fetch first/i.test(`${why} ${stderr}`);
  if (isRace) return { outcome: 'moved' };
  const said = stderr
    .split('\n')
    .filter((text) => text.startsWith('remote:'))
    .map((text) => text.slice('remote:'.length))
    .join(' ');
  return { outcome: 'refused', code: 'rejected', detail: printable(`${why} ${said}`) };
}
