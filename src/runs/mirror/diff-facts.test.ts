import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';
import type { Mirror } from '../mirror.ts';

let room: MirrorRoom;
let mirror: Mirror;

beforeEach(async () => {
  room = await mirrorRoom();
  mirror = room.mirror;
});
afterEach(() => room.remove());

const factsOf = async (repo: string) => {
  const imported = await room.importFrom(repo);
  if (imported.outcome !== 'imported') throw new Error(imported.detail);
  return mirror.diffFacts({ base: room.base, head: imported.head });
};
const fileOf = async (repo: string, path: string) => (await factsOf(repo)).files.find((file) => file.path === path);

test('tell commits, files and lines', async () => {
  const repo = await room.workspace();
  commit(repo, { 'src/a.txt': 'one\nTWO\nthree\n' }, 'Say two louder\n\nBody');
  git(repo, ['rm', '-q', 'README.md']);
  const head = commit(repo, { 'new\ttab "é".txt': 'x\n', 'pic.bin': Buffer.from([0, 1, 2]) }, 'More');
  const facts = await factsOf(repo);
  expect(facts).toMatchObject({
    base: room.base,
    head,
    additions: 3,
    deletions: 2,
    isDescendant: true,
    isComplete: true,
  });
  expect(facts.commits.map(({ subject }) => subject)).toEqual(['Say two louder', 'More']);
  const plain = { oldKind: null, symlinkTarget: null, isBinary: false, isInTip: true, kind: 'file' };
  expect(facts.files).toEqual([
    { ...plain, path: 'README.md', status: 'deleted', kind: null, oldKind: 'file', sizeBytes: null },
    { ...plain, path: 'new\ttab "é".txt', status: 'added', sizeBytes: 2 },
    { ...plain, path: 'pic.bin', status: 'added', sizeBytes: 3, isBinary: true },
    { ...plain, path: 'src/a.txt', status: 'modified', oldKind: 'file', sizeBytes: 14 },
  ]);
});

test('tell links, submodules, executables and large files', async () => {
  const repo = await room.workspace();
  const blob = git(repo, ['hash-object', '-w', '--stdin'], { input: '../../etc/passwd' });
  git(repo, ['update-index', '--add', '--cacheinfo', `120000,${blob},src/link`]);
  git(repo, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`]);
  git(repo, ['commit', '-q', '-m', 'Link']);
  writeFileSync(join(repo, 'big'), 'x'.repeat(6_000_000));
  chmodSync(join(repo, 'README.md'), 0o755);
  git(repo, ['add', 'big', 'README.md']);
  git(repo, ['commit', '-q', '-m', 'Big']);
  expect(await fileOf(repo, 'src/link')).toMatchObject({ kind: 'symlink', symlinkTarget: '../../etc/passwd' });
  expect(await fileOf(repo, 'lib')).toMatchObject({ kind: 'submodule', sizeBytes: null });
  expect(await fileOf(repo, 'big')).toMatchObject({ kind: 'file', sizeBytes: 6_000_000 });
  expect(await fileOf(repo, 'README.md')).toMatchObject({ kind: 'executable', oldKind: 'file', status: 'modified' });
});

test('tell where a submodule comes from, also when git cannot read the list', async () => {
  const repo = await room.workspace();
  const list = (text: string) => commit(repo, { '.gitmodules': text });
  git(repo, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`]);
  git(repo, ['commit', '-q', '-m', 'Add']);
  expect(await fileOf(repo, 'lib')).toMatchObject({ submodule: { url: null, commit: '1'.repeat(40) } });
  list('[submodule "a.b"]\n\tpath = lib\n\turl = https://example.org/lib.git\n');
  git(repo, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`]);
  git(repo, ['commit', '-q', '--allow-empty', '-m', 'Add']);
  expect(await fileOf(repo, 'lib')).toMatchObject({ submodule: { url: 'https://example.org/lib.git' } });
});

test('tell what a commit changed and a later one took back', async () => {
  const repo = await room.workspace();
  commit(repo, { '.github/workflows/ci.yml': 'on: push\n' });
  git(repo, ['revert', '--no-edit', 'HEAD']);
  const facts = await factsOf(repo);
  expect(facts.commits).toHaveLength(2);
  expect(facts.files).toContainEqual(
    expect.objectContaining({ path: '.github/workflows/ci.yml', status: 'added', isInTip: false }),
  );
  expect(facts.files.filter((file) => file.isInTip)).toEqual([]);
});

test('see what only a merge changed, and do not count what the mirror has', async () => {
  const upstream = commit(room.person, { '.github/workflows/own.yml': 'theirs\n' }, 'Upstream');
  git(room.person, ['push', '-q', room.url, 'main']);
  await room.fetch();
  const repo = await room.workspace();
  commit(repo, { 'src/b.txt': 'b' });
  git(repo, ['merge', '-q', '--no-commit', '--no-ff', upstream]);
  commit(repo, { 'evil.txt': 'only in the merge' }, 'Merge');
  const imported = await room.importFrom(repo);
  const head = imported.outcome === 'imported' ? imported.head : '';
  const facts = await mirror.diffFacts({ base: upstream, head });
  expect(facts.commits.map(({ subject }) => subject)).toEqual(['Change something', 'Merge']);
  expect(facts.files.map((file) => [file.path, file.isInTip])).toEqual([
    ['evil.txt', true],
    ['src/b.txt', true],
  ]);
  git(repo, ['rm', '-q', 'evil.txt']);
  commit(repo, {}, 'Take it back');
  const later = await factsOf(repo); // from the older base: Upstream is between, but the mirror has it
  expect(later.commits.map(({ subject }) => subject)).toEqual(['Change something', 'Merge', 'Take it back']);
  expect(later.files.find((file) => file.path === 'evil.txt')).toMatchObject({ isInTip: false, kind: 'file' });
});

test('tell a history that does not build on the base', async () => {
  const repo = await room.workspace();
  git(repo, ['checkout', '-q', '--orphan', 'other']);
  commit(repo, { 'b.txt': 'b' });
  git(repo, ['branch', '-D', room.branch]);
  expect(await factsOf(repo)).toMatchObject({ isDescendant: false, isComplete: true });
});

test('say so when there is more than can be listed', async () => {
  const repo = await room.workspace();
  const tree = git(repo, ['rev-parse', 'HEAD^{tree}']);
  const chain = Array.from(
    { length: 1001 },
    (_, index) =>
      `commit refs/heads/${room.branch}\ncommitter A <a@b> ${index} +0000\ndata 1\nx\n${index === 0 ? `from ${room.base}\nM 040000 ${tree} \n` : ''}\n`,
  );
  git(repo, ['fast-import', '--quiet', '--force'], { input: chain.join('') });
  expect(await factsOf(repo)).toMatchObject({ isComplete: false, isDescendant: true, files: [] });
});
