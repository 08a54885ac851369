import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { createGit } from '../git.ts';
import { listFiles } from './list-files.ts';

const git = createGit({ environment: { PATH: process.env['PATH']! } });

test('lists the wanted files of a commit by what they hold, and none where one is no file', async () => {
  const repo = mkdtempSync(join(tmpdir(), 'reeve-list-'));
  onTestFinished(() => rmSync(repo, { recursive: true }));
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: repo,
      encoding: 'utf8',
    }).trim();
  run('init', '-q', '-b', 'main');
  mkdirSync(join(repo, 'a'));
  writeFileSync(join(repo, 'lock'), 'one\n');
  writeFileSync(join(repo, 'a/lock'), 'one\n');
  writeFileSync(join(repo, 'other'), 'other\n');
  run('add', '.');
  run('commit', '-q', '-m', 'One');
  const first = run('rev-parse', 'HEAD');
  const parts = { git, gitDir: join(repo, '.git'), now: Date.now };
  const isLock = (path: string) => /(^|\/)lock$/.test(path);
  const object = '5626abf0f72e58d7a153368ba57db4c673c0e171'; // as git names "one\n"
  expect(await listFiles(parts, first, isLock)).toEqual([
    { path: 'a/lock', object },
    { path: 'lock', object },
  ]);
  expect(await listFiles(parts, first, () => false)).toEqual([]);

  rmSync(join(repo, 'a/lock'));
  symlinkSync('../lock', join(repo, 'a/lock'));
  run('add', '.');
  run('commit', '-q', '-m', 'Two');
  expect(await listFiles(parts, run('rev-parse', 'HEAD'), isLock)).toBeNull();
});
