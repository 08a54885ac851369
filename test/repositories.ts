import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { createGit, type Git } from '../src/runs/git.ts';

const path = { PATH: process.env['PATH'] ?? '' };

/** Our own git, as the server makes it. */
export const ourGit: Git = createGit({ environment: path });

/** A new empty directory, and the way to remove it. */
export function scratch(): { readonly path: string; remove(): void } {
  const made = mkdtempSync(join(tmpdir(), 'reeve-test-'));
  return { path: made, remove: () => rmSync(made, { recursive: true, force: true }) };
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
  return execFileSync('git', [...args], { cwd, env, input: options.input ?? '', stdio, encoding: 'utf8' }).trimEnd();
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

/** A bare repository with one commit on `main`, as a remote holds it, and a clone of it to make commits in. */
export function remoteRepository(root: string): {
  readonly url: string;
  readonly clone: string;
  readonly base: string;
} {
  const url = join(root, 'remote.git');
  const clone = join(root, 'person');
  git(root, ['init', '-q', '--bare', '-b', 'main', url]);
  git(root, ['init', '-q', '-b', 'main', clone]);
  const base = commit(clone, { 'README.md': 'hello\n', 'src/a.txt': 'one\ntwo\n' }, 'Start');
  git(clone, ['push', '-q', url, 'main']);
  return { url, clone, base };
}
