import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { DiffFacts } from '../domain/publish/facts.ts';
import type { SessionId } from '../domain/ids.ts';
import type { WorkFound } from '../domain/workspace/facts.ts';
import type { Clock } from '../lib/clock.ts';
import { UserError } from '../lib/errors.ts';
import type { Git } from './git.ts';
import { diffFacts, type DiffRange } from './mirror/diff-facts.ts';
import { fetchBranches, type FetchOutcome } from './mirror/fetch.ts';
import { importRun, type ImportOutcome, type ImportRequest } from './mirror/import-run.ts';
import { listFiles, type ListedFile } from './mirror/list-files.ts';
import { pushBranch, type PushOutcome, type PushRequest } from './mirror/push.ts';
import {
  preservedOf,
  preserveWork,
  workOf,
  type Preserved,
  type PreserveOutcome,
  type WorkRequest,
} from './mirror/preserve-work.ts';
import { branchRef, objectId } from './mirror/refs.ts';
import { readFiles, type BranchFile, type FilesWanted } from './mirror/read-files.ts';
import type { MirrorParts, Remote } from './mirror/remote.ts';
import { secretPaths, type HasSecret } from './mirror/secret-paths.ts';
import { removeStaleLocks } from './mirror/stale-locks.ts';
import { createTurns, type Turns } from './mirror/turns.ts';
import { withTrailer, type TrailerRequest } from './mirror/with-trailer.ts';

export type MirrorOptions = {
  readonly git: Git;
  readonly now: Clock;
  /** Absolute path of the directory that holds all mirrors. */
  readonly root: string;
  /** What must not be pushed without a person's look. */
  readonly hasSecret: HasSecret;
  /** Another process owns the mirrors, and may be at work in them: none is made or mended, and one that is not there is not found. */
  readonly isGuest?: boolean;
};

/**
 * Our bare copy of one repository: the only place where our own git runs, and the only one that pushes. Every verb may be repeated.
 * A remote or disk that is unwell for now is a `TransientError`; what a remote or an agent decides is an outcome.
 */
export type Mirror = {
  /** Absolute. Workspaces borrow the objects in it. */
  readonly path: string;
  /** Makes our branches those of the remote. */
  fetch(remote: Remote): Promise<FetchOutcome>;
  /** Where a branch was at the last fetch; null when there is none. */
  headOf(branch: string): Promise<string | null>;
  /** Some of the files of a commit, by path; null when they cannot be listed (`list-files.ts`). */
  filesOf(commit: string, isWanted: (path: string) => boolean): Promise<readonly ListedFile[] | null>;
  /** Files as they stand on a branch as last fetched. */
  files(wanted: FilesWanted): Promise<readonly BranchFile[]>;
  /** The commit in which the history of a branch (as last fetched) and of a commit parted; null when they share none. */
  mergeBase(branch: string, sha: string): Promise<string | null>;
  /** Takes over what a run left in its workspace, with every object checked. */
  importRun(request: ImportRequest): Promise<ImportOutcome>;
  /** What pushing head would bring: the input of `judgeDiff`. */
  diffFacts(range: DiffRange): Promise<DiffFacts>;
  /** The head of the same commits with a trailer on each. */
  withTrailer(request: TrailerRequest): Promise<string>;
  /** Moves one branch of the remote, if it is where we last saw it. */
  push(request: PushRequest): Promise<PushOutcome>;
  /** What of a workspace is kept nowhere else. Changes nothing. */
  workOf(request: WorkRequest): Promise<WorkFound>;
  /** Keeps that as `refs/reeve/preserved/SESSION`. */
  preserveWork(request: WorkRequest): Promise<PreserveOutcome>;
  /** What was kept of a session; null when nothing was. */
  preserved(sessionId: SessionId): Promise<Preserved | null>;
};

export type Mirrors = {
  /** Opens the mirror of a repository, and makes an empty one where there is none. */
  open(repositoryId: number): Promise<Mirror>;
};

/**
 * All mirrors of a home, which has one owner: this process, unless it is a guest, whose few writes git's own locks keep apart. What writes refs or configuration goes one at a time for each
 * repository, because git fails where it finds a lock; everything else goes at once.
 */
export function createMirrors(options: MirrorOptions): Mirrors {
  const inTurn = createTurns();
  /** What was opened before: until then, a lock in a mirror is a dead process's. */
  const opened = new Set<string>();
  return { open: (repositoryId) => openMirror(options, { inTurn, opened }, repositoryId) };
}

type Opened = { readonly inTurn: Turns; readonly opened: Set<string> };

async function openMirror(
  { git, now, root, hasSecret, isGuest = false }: MirrorOptions,
  { inTurn, opened }: Opened,
  repositoryId: number,
): Promise<Mirror> {
  if (!Number.isSafeInteger(repositoryId) || repositoryId <= 0)
    throw new Error('A repository id is a positive number.');
  const path = join(root, `${repositoryId}.git`);
  const write = <Result>(work: () => Promise<Result>): Promise<Result> => inTurn({ key: path, now }, work);
  if (isGuest && !existsSync(join(path, 'HEAD'))) {
    throw new UserError('not-found', `This home has no copy of the repository ${repositoryId}.`);
  }
  if (!isGuest) await write(() => makeSure(git, path, opened));
  const parts: MirrorParts = { git, gitDir: path, now };
  return {
    path,
    fetch: (remote) => write(() => fetchBranches(parts, remote)),
    importRun: (request) => write(() => importRun(parts, request)),
    diffFacts: async (range) => ({
      ...(await diffFacts(parts, range)),
      secretPaths: await secretPaths(parts, range, hasSecret),
    }),
    withTrailer: (request) => write(() => withTrailer(parts, request)),
    push: (request) => pushBranch(parts, request),
    async headOf(branch) {
      const { exitCode, stdout } = await git.attempt(path, ['show-ref', '--verify', '--hash', branchRef(branch)]);
      return exitCode === 0 ? stdout.trim() : null;
    },
    filesOf: (commit, isWanted) => listFiles(parts, commit, isWanted),
    files: (wanted) => readFiles(parts, wanted),
    async mergeBase(branch, sha) {
      const { exitCode, stdout } = await git.attempt(path, ['merge-base', branchRef(branch), objectId(sha)]);
      return exitCode === 0 ? stdout.trim() : null;
    },
    workOf: (request) => workOf(parts, request),
    preserveWork: (request) => write(() => preserveWork(parts, request)),
    preserved: (sessionId) => preservedOf(parts, sessionId),
  };
}

/** `git init` once a process, which mends a mirror that a killed process left half-made, and again where there is none. */
async function makeSure(git: Git, path: string, opened: Set<string>): Promise<void> {
  if (opened.has(path) && existsSync(join(path, 'HEAD'))) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (!opened.has(path)) await removeStaleLocks(path);
  await git.output(path, ['init', '--quiet', '--bare', '--template=', '--initial-branch=main']);
  opened.add(path);
}
