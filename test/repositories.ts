import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll } from 'vitest';

import { runId, sessionId, type SessionId } from '../src/domain/ids.ts';
import { createGit, type Git } from '../src/runs/git.ts';
import { createMirrors, type Mirror } from '../src/runs/mirror.ts';
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

/** Made once, then copied: the start of every room. */
const made: { base?: string; path?: string; remove?: () => void } = {};
afterAll(() => made.remove?.());

function template(): { readonly base: string; readonly path: string } {
  if (made.base === undefined || made.path === undefined) {
    const { path: room, remove } = scratch();
    made.remove = remove;
    const person = join(room, 'person');
    git(room, ['init', '-q', '--bare', '--template=', '-b', 'main', join(room, 'remote.git')]);
    git(room, ['init', '-q', '--template=', '-b', 'main', person]);
    made.base = commit(person, { 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\n' }, 'Start');
    made.path = room;
    git(person, ['push', '-q', join(room, 'remote.git'), 'main']);
    for (const path of ['remote.git/hooks', 'person/.git/hooks', 'hooks'])
      mkdirSync(join(room, path), { recursive: true });
  }
  return { base: made.base, path: made.path };
}

/** Everything in place, and fetched once. */
export async function mirrorRoom(): Promise<MirrorRoom> {
  const { path: room, remove } = scratch();
  const { base, path: start } = template();
  cpSync(start, room, { recursive: true });
  const url = join(room, 'remote.git');
  const person = join(room, 'person');

  const hasSecret = (text: string) => text.includes('canary-secret');
  const mirrors = createMirrors({ git: ourGit, now: () => 1000, root: join(room, 'mirrors'), hasSecret });
  const open = () => mirrors.open(7);
  const mirror = await open();
  const session = sessionId('7-1-1');
  const branch = 'reeve/1-greet';
  const fetch = () => mirror.fetch({ url, authorization: null });
  await fetch();
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
