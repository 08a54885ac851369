import { afterEach, beforeEach, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';

let room: MirrorRoom;

beforeEach(async () => {
  room = await mirrorRoom();
});
afterEach(() => room.remove());

const secretsIn = async (repo: string) => {
  const imported = await room.importFrom(repo);
  if (imported.outcome !== 'imported') throw new Error(imported.detail);
  return (await room.mirror.diffFacts({ base: room.base, head: imported.head })).secretPaths;
};

test('an ordinary change holds none', async () => {
  const repo = await room.workspace();
  commit(repo, { 'src/a.txt': 'one\n++ b/x\ndiff --git a/x b/x\n@@ -1 +1 @@\n' }, 'Confuse a reader of patches');
  expect(await secretsIn(repo)).toEqual([]);
});

test('each path that got one is named, wherever in the file, also in what git takes for binary', async () => {
  const repo = await room.workspace();
  commit(repo, { 'src/a.txt': 'one\ntwo\ncanary-secret\n', 'docs/ü b.md': 'a\nb canary-secret c\n' }, 'Leak');
  commit(repo, { 'blob.bin': Buffer.from('\0\ncanary-secret\n') }, 'Leak in a binary');
  expect([...((await secretsIn(repo)) ?? [])].sort()).toEqual([
    'blob.bin',
    expect.stringMatching(/^docs\/.* b\.md$/),
    'src/a.txt',
  ]);
});

test('one that a later commit takes away is found: its commit would be pushed', async () => {
  const repo = await room.workspace();
  commit(repo, { 'src/a.txt': 'one\ncanary-secret\n' }, 'Leak');
  commit(repo, { 'src/a.txt': 'one\n' }, 'Never mind');
  expect(await secretsIn(repo)).toEqual(['src/a.txt']);
});

test('one that only a merge brings in is found', async () => {
  const repo = await room.workspace();
  git(repo, ['checkout', '-q', '-b', 'side']);
  commit(repo, { 'side.txt': 'side\n' }, 'Side');
  git(repo, ['checkout', '-q', room.branch]);
  commit(repo, { 'src/a.txt': 'mine\n' }, 'Mine');
  git(repo, ['merge', '-q', '--no-commit', '--no-ff', 'side']);
  commit(repo, { 'evil.txt': 'canary-secret\n' }, 'Merge');
  expect(await secretsIn(repo)).toEqual(['evil.txt']);
});
