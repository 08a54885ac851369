import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { commitLeftovers } from './leftovers.ts';

const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };
const commit = { name: 'Agent', email: 'agent@example.org', message: 'What was left' };
const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];

test.each(['clone', 'worktree'])(
  'a lock that a killed git left in a %s does not keep the rest from being committed',
  async (kind) => {
    const root = mkdtempSync(join(tmpdir(), 'reeve-leftovers-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const git = (cwd: string, ...args: string[]): string =>
      execFileSync('git', [...who, ...args], {
        cwd,
        env: environment,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    const [trunk, linked] = [join(root, 'trunk'), join(root, 'linked')];
    git(root, 'init', '--quiet', trunk);
    git(trunk, 'commit', '--quiet', '--allow-empty', '--message', 'First');
    git(trunk, 'worktree', 'add', '--quiet', linked);
    const cwd = kind === 'clone' ? trunk : linked;
    const lock = join(trunk, '.git', ...(kind === 'clone' ? [] : ['worktrees/linked']), 'index.lock');
    writeFileSync(lock, '');
    writeFileSync(join(cwd, 'left.txt'), 'left');
    const kept = await commitLeftovers({ sandboxed: (argv) => argv, cwd, environment }, commit);
    expect(kept).toEqual({ outcome: 'committed', detail: '' });
    expect(git(cwd, 'show', '--name-only', '--format=%s')).toBe('What was left\n\nleft.txt\n');
    expect(existsSync(lock)).toBe(false);
  },
);
