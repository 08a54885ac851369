import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { git, ourGit, scratch } from '../../../test/repositories.ts';
import type { Git } from '../git.ts';
import { createMirrors } from '../mirror.ts';

const removals: (() => void)[] = [];
afterEach(() => removals.splice(0).forEach((remove) => remove()));

function emptyRoot(): string {
  const { path, remove } = scratch();
  removals.push(remove);
  return path;
}

const mirrorsAt = (root: string, git = ourGit) => createMirrors({ git, now: () => 1000, root, hasSecret: () => false });

test('many at once make one mirror, once', async () => {
  const root = emptyRoot();
  const asked: string[] = [];
  const counting: Git = {
    ...ourGit,
    output: (gitDir, args, options) => {
      asked.push(args[0] ?? '');
      return ourGit.output(gitDir, args, options);
    },
  };
  const all = mirrorsAt(root, counting);
  const mirrors = await Promise.all(Array.from({ length: 12 }, () => all.open(7)));
  await all.open(7);
  expect(asked).toEqual(['init']);
  expect(git(mirrors[0]!.path, ['rev-parse', '--is-bare-repository'])).toBe('true');
});

test('locks that a killed process left are removed at the first opening, and only then', async () => {
  const root = emptyRoot();
  const path = join(root, '7.git');
  git(root, ['init', '-q', '--bare', '--template=', '-b', 'main', path]);
  mkdirSync(join(path, 'refs/heads/topic'), { recursive: true });
  const locks = ['config.lock', 'packed-refs.lock', 'refs/heads/topic/deep.lock'].map((name) => join(path, name));
  for (const lock of locks) writeFileSync(lock, '');
  const mirrors = mirrorsAt(root);
  await mirrors.open(7);
  expect(locks.filter(existsSync)).toEqual([]);
  writeFileSync(join(path, 'config.lock'), '');
  await mirrors.open(7);
  expect(existsSync(join(path, 'config.lock'))).toBe(true);
});

test('a mirror whose making was cut short is made whole', async () => {
  const root = emptyRoot();
  mkdirSync(join(root, '7.git'));
  writeFileSync(join(root, '7.git/HEAD'), 'ref: refs/heads/main\n');
  const mirror = await mirrorsAt(root).open(7);
  expect(await mirror.headOf('main')).toBeNull();
  expect(git(mirror.path, ['rev-parse', '--is-bare-repository'])).toBe('true');
});
