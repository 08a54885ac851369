import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll } from 'vitest';

import { runId, sessionId, type SessionId } from '../src/domain/ids.ts';
import { createGit, type Git } from '../src/runs/git.ts';
import { createMirrors, type Mirror, type Mirrors } from '../src/runs/mirror.ts';
import type { FetchOutcome } from '../src/runs/mirror/fetch.ts';
import type { ImportOutcome } from '../src/runs/mirror/import-run.ts';
import type { PushOutcome } from '../src/runs/mirror/push.ts';
import { createCloneWorkspaces } from '../src/runs/workspaces/clone/clone.ts';

const path = { PATH: process.env['PATH'] ?? '', GIT_TEST_FSYNC: '0' }; // nobody needs a test's files after a power cut

/** Our own git, as the server makes it. */
export const ourGit: Git = createGit({ environment: path });

/** A new empty directory, and the way to remove it. */
export function scratch(): { readonly path: string; readonly remove: () => void } {
  const made = mkdtempSync(join(tmpdir(), 'reeve-test-'));
  return { path: made, remove: () => void execFileSync('rm', ['-rf', '--', made]) };
}

/** A person's or an agent's git: it obeys the repository's own configuration. Gives its output, trimmed. */
export function git(
  cwd: string,
  args: readonly string[],
  options: { env?: Record<string, string>; input?: string } = {},
): string {
  const env = {
    ...path,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_AUTHOR_DATE: '1700000000 +0100',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    GIT_COMMITTER_DATE: '1700000100 +0100',
    ...options.env,
  };
  const stdio: ['pipe', 'pipe', 'pipe'] = ['pipe', 'pipe', 'pipe'];
  return execFileSync('git', [...args], {
    cwd,
    env,
    input: options.input ?? '',
    stdio,
    encoding: 'utf8',
    timeout: 10_000,
  }).trimEnd();
}

/** Writes files and commits them; gives the new commit. */
export function commit(
  repo: string,
  files: Readonly<Record<string, string | Buffer>>,
  message = 'Change something',
): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(repo, name)), { recursive: true });
    writeFileSync(join(repo, name), content);
  }
  git(repo, ['add', '-A']);
  git(repo, ['commit', '-q', '--allow-empty', '--allow-empty-message', '-m', message]);
  return git(repo, ['rev-parse', 'HEAD']);
}

/** A remote, a person's clone of it, our mirror of it, and workspaces: all that a session needs of git. */
export type MirrorRoom = {
  /** The directory that everything is in. */
  readonly path: string;
  /** The remote: bare, with one commit on `main`. */
  readonly url: string;
  readonly base: string;
  /** A person's clone of the remote. */
  readonly person: string;
  readonly mirror: Mirror;
  readonly session: SessionId;
  readonly branch: string;
  open(): Promise<Mirror>;
  fetch(): Promise<FetchOutcome>;
  /** The repository of the session's workspace. */
  workspace(): Promise<string>;
  importFrom(workspaceRepo: string): Promise<ImportOutcome>;
  push(head: string, expected: string | null): Promise<PushOutcome>;
  readonly remove: () => void;
};

/** Made once, fetched once, then copied: the start of every room. */
const made: { start?: Promise<{ readonly base: string; readonly path: string }>; remove?: () => void } = {};
afterAll(() => made.remove?.());

const mirrorsIn = (room: string): Mirrors =>
  createMirrors({
    ...{ git: ourGit, now: () => 1000, root: join(room, 'mirrors') },
    hasSecret: (text) => text.includes('canary-secret'),
  });

async function makeStart(): Promise<{ readonly base: string; readonly path: string }> {
  const { path: room, remove } = scratch();
  made.remove = remove;
  const person = join(room, 'person');
  const remote = join(room, 'remote.git');
  git(room, ['init', '-q', '--bare', '--template=', '-b', 'main', remote]);
  git(room, ['init', '-q', '--template=', '-b', 'main', person]);
  const base = commit(person, { 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\n' }, 'Start');
  git(person, ['push', '-q', remote, 'main']);
  for (const path of ['remote.git/hooks', 'person/.git/hooks', 'hooks'])
    mkdirSync(join(room, path), { recursive: true });
  const fetched = await (await mirrorsIn(room).open(7)).fetch({ url: remote, authorization: null });
  if (fetched.outcome !== 'fetched') throw new Error(fetched.detail);
  return { base, path: room };
}

/** Everything in place, and fetched once. */
export async function mirrorRoom(): Promise<MirrorRoom> {
  made.start ??= makeStart();
  const { base, path: start } = await made.start;
  const { path: room, remove } = scratch();
  cpSync(start, room, { recursive: true });
  const url = join(room, 'remote.git');
  const person = join(room, 'person');

  const mirrors = mirrorsIn(room);
  const open = () => mirrors.open(7);
  const mirror = await open();
  const fetch = () => mirror.fetch({ url, authorization: null });
  const session = sessionId('7-1-1');
  const branch = 'reeve/1-greet';
  return {
    ...{ path: room, url, base, person, mirror, session, branch, open, fetch, remove },
    async workspace() {
      const workspaces = createCloneWorkspaces({ git: ourGit, root: join(room, 'workspaces') });
      const identity = { name: 'Agent', email: 'agent@example.org' };
      const made = await workspaces.prepare({ sessionId: session, mirrorPath: mirror.path, base, branch, identity });
      return join(made, 'repo');
    },
    importFrom: (workspaceRepo) => mirror.importRun({ runId: runId('7-1-1-r1'), workspaceRepo, branch }),
    push: (head, expected) => mirror.push({ url, authorization: null, branch, head, expected }),
  };
}
