import type { RunId } from '../../domain/ids.ts';
import { branchRef, reeveRefs } from './refs.ts';
import { refusalOf, type MirrorParts } from './remote.ts';
import { openSource } from './work-source.ts';

export type ImportRequest = {
  readonly runId: RunId;
  /** Absolute path of the clone (the directory that holds `.git`). Nothing may write to it meanwhile. */
  readonly workspaceRepo: string;
  /** The branch that the workspace was made with. */
  readonly branch: string;
};

export type ImportOutcome =
  | { readonly outcome: 'imported'; readonly head: string }
  | {
      readonly outcome: 'refused';
      /** `unsafe` and `malicious` were made so; `unreadable` may be an accident, as when the agent removed its own `.git`. */
      readonly code: 'unsafe' | 'malicious' | 'unreadable';
      readonly detail: string;
    };

const IMPORT_TIMEOUT_MS = 3 * 60_000; // a gigabyte of objects, checked, on a slow disk
const ADVERTISEMENT_TIMEOUT_MS = 30_000; // nothing is computed for it
const ADVERTISEMENT_BYTES_MAX = 64 * 1024; // two refs

/**
 * Fetches what a run left into our mirror as `refs/reeve/runs/RUN`, with every object checked. What the agent has checked out
 * counts; its branch counts instead where it holds more. No git of ours runs inside the workspace, and none of its settings
 * counts. Importing again gives the same, or what was added since.
 */
export async function importRun(parts: MirrorParts, request: ImportRequest): Promise<ImportOutcome> {
  const source = await openSource(parts.gitDir, request.workspaceRepo, request.branch);
  if (source.kind === 'unsafe') return { outcome: 'refused', code: 'unsafe', detail: source.detail };
  try {
    return await importFrom(parts, { ...request, workspaceRepo: source.path });
  } finally {
    await source.close();
  }
}

async function importFrom(parts: MirrorParts, request: ImportRequest): Promise<ImportOutcome> {
  const { git, gitDir, now } = parts;
  const heads = await headsOf(parts, request);
  if (heads.length === 0) {
    await git.output(gitDir, ['rev-parse', '--is-bare-repository']); // throws when it is our mirror that cannot be read
    return { outcome: 'refused', code: 'unreadable', detail: 'The repository in the workspace holds no commit.' };
  }
  const args = ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--'];
  const refspecs = heads.map(({ name, ref }) => `+${name}:${ref}`);
  const result = await git.attempt(gitDir, [...args, request.workspaceRepo, ...refspecs], {
    timeoutMs: IMPORT_TIMEOUT_MS,
    settings: strict,
  });
  if (result.endedBecause === 'timeout') {
    return { outcome: 'refused', code: 'unreadable', detail: 'Reading what the run left took too long.' };
  }
  if (result.exitCode !== 0) {
    const { code, detail } = refusalOf(result, 'Importing the run', now);
    return { outcome: 'refused', code: code === 'malicious' ? code : 'unreadable', detail };
  }
  const head = await choose(parts, request.runId, heads);
  // A fetch leaves out without a word what would make our own history end too early.
  if (head === null)
    return { outcome: 'refused', code: 'unreadable', detail: 'The history in the workspace is not complete.' };
  return { outcome: 'imported', head };
}

// A message could otherwise hide text behind a NUL from everything that reads it as a string.
const strict: readonly string[] = ['fetch.fsck.nulInCommit=error', 'fetch.fsck.gitmodulesSymlink=error'];

type Head = { readonly name: string; readonly ref: string };

async function headsOf({ git, gitDir }: MirrorParts, request: ImportRequest): Promise<readonly Head[]> {
  const branch = branchRef(request.branch);
  const result = await git.attempt(gitDir, ['ls-remote', '--quiet', '--', request.workspaceRepo, 'HEAD', branch], {
    timeoutMs: ADVERTISEMENT_TIMEOUT_MS,
    outputBytesMax: ADVERTISEMENT_BYTES_MAX,
  });
  const names = new Set(result.stdout.split('\n').map((line) => line.split('\t')[1]));
  return [
    { name: 'HEAD', ref: reeveRefs.importing(request.runId, 'checked-out') },
    { name: branch, ref: reeveRefs.importing(request.runId, 'branch') },
  ].filter(({ name }) => names.has(name));
}

/** Names the head that counts, and takes the names back that the fetch needed. Null when one of them is no commit of ours now. */
async function choose({ git, gitDir }: MirrorParts, runId: RunId, heads: readonly Head[]): Promise<string | null> {
  const shas: string[] = [];
  for (const { ref } of heads) {
    const found = await git.attempt(gitDir, [
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${ref}^{commit}`,
    ]);
    if (found.exitCode === 0) shas.push(found.stdout.trim());
    await git.output(gitDir, ['update-ref', '-d', ref]);
  }
  const [checkedOut, branch = checkedOut] = shas;
  if (checkedOut === undefined || branch === undefined || shas.length < heads.length) return null;
  const ancestry = await git.attempt(gitDir, ['merge-base', '--is-ancestor', checkedOut, branch]);
  const head = ancestry.exitCode === 0 ? branch : checkedOut;
  await git.output(gitDir, ['update-ref', reeveRefs.run(runId), head]);
  return head;
}
