import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runGit } from '../../src/emulator/git.ts';
import { createRepository, type Repository } from '../../src/emulator/repository.ts';
import { noSha } from '../../src/emulator/repository/refs.ts';

const author = { name: 'Ada', email: 'ada@example.com', at: Date.UTC(2026, 0, 31, 12) };
const files = {
  'README.md': '# Hello\n',
  'src/a.txt': 'one\ntwo\nthree\nfour\nfive\n',
  'bin/x': Buffer.from([0, 255, 1]),
};

let directory: string;
let repository: Repository;
let first: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repository-'));
  repository = await createRepository({
    directory: join(directory, 'octo', 'hello.git'),
    defaultBranch: 'main',
    files,
    message: 'First',
    author,
  });
  first = (await repository.resolve('main'))!;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function commit(branch: string, changes: Record<string, string | null>, message = 'Change'): Promise<string> {
  const outcome = await repository.commitFiles({
    branch,
    from: first,
    changes: Object.entries(changes).map(([path, content]) => ({ path, content })),
    message,
    author,
  });
  if (outcome.kind !== 'committed') throw new Error('refused');
  return outcome.sha;
}

test('a new repository holds its files in one commit', async () => {
  expect(await repository.commit(first)).toEqual({
    sha: first,
    tree: expect.stringMatching(/^[0-9a-f]{40}$/),
    parents: [],
    author: { name: 'Ada', email: 'ada@example.com', date: '2026-01-31T12:00:00Z' },
    committer: { name: 'Ada', email: 'ada@example.com', date: '2026-01-31T12:00:00Z' },
    message: 'First',
  });
  const tree = await repository.tree(first, { recursive: true });
  expect(tree!.map(({ path, type }) => `${type} ${path}`)).toEqual([
    'blob README.md',
    'tree bin',
    'blob bin/x',
    'tree src',
    'blob src/a.txt',
  ]);
});

test('keeps a message of several paragraphs, and names that are not ASCII', async () => {
  const sha = await commit('main', { 'ü/名.txt': 'x' }, 'Title\n\nBody, with ünïcode\n\nReeve-Session: 1');
  expect((await repository.commit(sha))!.message).toBe('Title\n\nBody, with ünïcode\n\nReeve-Session: 1');
  expect((await repository.files(first, sha))[0]).toMatchObject({
    filename: 'ü/名.txt',
    status: 'added',
    patch: '@@ -0,0 +1 @@\n+x\n\\ No newline at end of file',
  });
});

describe('refs', () => {
  test('are created once, with a good name and an existing commit', async () => {
    expect(await repository.createRef('refs/heads/reeve/1-a', first)).toBe('created');
    expect(await repository.createRef('refs/heads/reeve/1-a', first)).toBe('exists');
    expect(await repository.createRef('refs/heads/reeve', first)).toBe('exists');
    expect(await repository.createRef('refs/heads/a..b', first)).toBe('bad-name');
    expect(await repository.createRef('heads/b', first)).toBe('bad-name');
    expect(await repository.createRef('refs/heads/b', 'f'.repeat(40))).toBe('no-such-object');
    expect((await repository.refs('refs/heads/')).map(({ ref }) => ref)).toEqual([
      'refs/heads/main',
      'refs/heads/reeve/1-a',
    ]);
  });

  test('move forward, and back only by force', async () => {
    const second = await commit('work', { 'README.md': 'x' });
    expect(await repository.updateRef('refs/heads/main', second, { force: false })).toBe('updated');
    expect(await repository.updateRef('refs/heads/main', first, { force: false })).toBe('not-fast-forward');
    expect(await repository.updateRef('refs/heads/main', first, { force: true })).toBe('updated');
    expect(await repository.updateRef('refs/heads/none', first, { force: true })).toBe('missing');
    expect(await repository.updateRef('refs/heads/main', noSha, { force: true })).toBe('no-such-object');
    expect(await repository.deleteRef('refs/heads/work')).toBe(true);
    expect(await repository.deleteRef('refs/heads/work')).toBe(false);
  });

  test.each(['main', 'heads/main', 'refs/heads/main', 'HEAD'])('%s means the commit', async (revision) => {
    expect(await repository.resolve(revision)).toBe(first);
  });

  test.each([
    '',
    'none',
    '--all',
    'main~1',
    'main^{tree}',
    'main:README.md',
    '@{-1}',
    'main\nmain',
    'main..main',
    '$(id)',
  ])('%j means nothing', async (revision) => {
    expect(await repository.resolve(revision)).toBeNull();
  });

  test('a SHA means its commit, also abbreviated', async () => {
    expect(await repository.resolve(first)).toBe(first);
    expect(await repository.resolve(first.slice(0, 8))).toBe(first);
    expect(await repository.resolve('f'.repeat(40))).toBeNull();
  });
});

describe('contents', () => {
  test('of a file are its bytes, of a directory its entries', async () => {
    expect(await repository.contents(first, 'bin/x')).toMatchObject({ kind: 'file', bytes: Buffer.from([0, 255, 1]) });
    expect(await repository.contents(first, '/src/')).toMatchObject({
      kind: 'directory',
      entries: [{ path: 'src/a.txt', size: 24 }],
    });
    expect(await repository.contents(first, '')).toMatchObject({ kind: 'directory', entries: { length: 3 } });
    expect(await repository.contents(first, 'src/*')).toBeNull();
    expect(await repository.contents(first, '../x')).toBeNull();
  });

  test('are changed, added and deleted in one commit', async () => {
    const second = await commit('main', { 'README.md': null, 'src/b.txt': 'b', 'src/a.txt': 'one\n' });
    expect(
      (await repository.tree(second, { recursive: true }))!
        .filter(({ type }) => type === 'blob')
        .map(({ path }) => path),
    ).toEqual(['bin/x', 'src/a.txt', 'src/b.txt']);
  });

  test('are what git itself would store', async () => {
    const blobs = (await repository.tree(first, { recursive: true }))!.filter(({ type }) => type === 'blob');
    const { exitCode, stderr } = await runGit(repository.directory, ['fsck', '--full', '--strict']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(blobs.find(({ path }) => path === 'README.md')!.sha).toBe('fec56017dc1b1ac87ad6e54e3cb3a20bb8dcc5ab');
  });

  test.each(['../x', '/x', 'a/../b', '.git/config', 'a//b', ''])('cannot be written at %j', async (path) => {
    await expect(commit('main', { [path]: 'x' })).rejects.toThrow('not a path');
  });
});

describe('compare', () => {
  test('counts both sides and lists what head adds', async () => {
    await commit('main', { 'other.txt': 'x' });
    await commit('work', { 'src/a.txt': 'one\n2\nthree\nfour\nfive\n' }, 'A');
    const head = await commit('work', { 'src/b.txt': 'b\n', 'bin/x': null }, 'B');
    const comparison = await repository.compare((await repository.resolve('main'))!, head);
    expect(comparison).toMatchObject({ mergeBase: first, status: 'diverged', ahead: 2, behind: 1 });
    expect(comparison!.commits.map(({ message }) => message)).toEqual(['A', 'B']);
    expect(comparison!.files).toEqual([
      { filename: 'bin/x', status: 'removed', sha: expect.any(String), additions: 0, deletions: 0, changes: 0 },
      {
        filename: 'src/a.txt',
        status: 'modified',
        sha: expect.any(String),
        additions: 1,
        deletions: 1,
        changes: 2,
        patch: '@@ -1,5 +1,5 @@\n one\n-two\n+2\n three\n four\n five',
      },
      {
        filename: 'src/b.txt',
        status: 'added',
        sha: expect.any(String),
        additions: 1,
        deletions: 0,
        changes: 1,
        patch: '@@ -0,0 +1 @@\n+b',
      },
    ]);
  });

  test('sees a rename, also beside other files', async () => {
    const head = await commit('work', { 'src/a.txt': null, 'src/z.txt': files['src/a.txt'], 'zz.txt': 'z\n' });
    expect(await repository.files(first, head)).toMatchObject([
      { filename: 'src/z.txt', status: 'renamed', previous_filename: 'src/a.txt', changes: 0 },
      { filename: 'zz.txt', status: 'added', additions: 1, patch: '@@ -0,0 +1 @@\n+z' },
    ]);
  });

  test('a diff that holds a diff stays one file', async () => {
    const head = await commit('work', { 'a.patch': 'diff --git a/x b/x\n@@ -1 +1 @@\n' });
    expect(await repository.files(first, head)).toHaveLength(1);
    expect(await repository.files(null, first)).toHaveLength(3);
  });

  test('of a commit with itself is identical', async () => {
    expect(await repository.compare(first, first)).toMatchObject({ status: 'identical', commits: [], files: [] });
  });
});

test('refuses a branch that cannot be', async () => {
  for (const branch of ['../x', 'a..b', 'x.lock', '', 'main/x']) {
    const changes = [{ path: 'x', content: 'x' }];
    expect(await repository.commitFiles({ branch, changes, message: 'X', author })).toEqual({ kind: 'refused' });
  }
});

describe('merge', () => {
  const request = { into: 'refs/heads/main', message: 'Merge it', author };

  test.each([
    ['merge', 2],
    ['squash', 1],
    ['rebase', 1],
  ] as const)('%s joins both sides', async (method, parents) => {
    await commit('main', { 'other.txt': 'x' });
    await commit('work', { 'src/a.txt': 'ONE\ntwo\nthree\nfour\nfive\n' }, 'A');
    const head = await commit('work', { 'src/a.txt': 'ONE\ntwo\nthree\nfour\nFIVE\n' }, 'B');
    const main = (await repository.resolve('main'))!;
    const outcome = await repository.merge({ ...request, head, method });
    expect(outcome).toMatchObject({ kind: 'merged' });
    const tip = (await repository.resolve('main'))!;
    const merged = (await repository.commit(tip))!;
    expect(merged.parents).toHaveLength(parents);
    expect(merged.message).toBe(method === 'rebase' ? 'B' : 'Merge it');
    expect(await repository.contents(tip, 'src/a.txt')).toMatchObject({
      bytes: Buffer.from('ONE\ntwo\nthree\nfour\nFIVE\n'),
    });
    expect(await repository.contents(tip, 'other.txt')).not.toBeNull();
    expect((await repository.compare(main, tip))!.ahead).toBe({ merge: 3, squash: 1, rebase: 2 }[method]);
  });

  test('does nothing twice, and refuses a conflict', async () => {
    const head = await commit('work', { 'src/a.txt': 'work\n' });
    await commit('main', { 'src/a.txt': 'main\n' });
    const main = (await repository.resolve('main'))!;
    expect(await repository.isMergeable(main, head)).toBe(false);
    for (const method of ['merge', 'squash', 'rebase'] as const) {
      expect(await repository.merge({ ...request, head, method })).toEqual({ kind: 'conflict' });
    }
    expect(await repository.resolve('main')).toBe(main);
    expect(await repository.merge({ ...request, head: first, method: 'merge' })).toEqual({ kind: 'nothing' });
    expect(await repository.merge({ ...request, into: 'refs/heads/none', head, method: 'merge' })).toEqual({
      kind: 'no-such-branch',
    });
    expect(await repository.isMergeable(main, first)).toBe(true);
  });
});
