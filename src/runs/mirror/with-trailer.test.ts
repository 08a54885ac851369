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

const committer = { name: 'reeve[bot]', email: 'reeve@example.org' };
const trailer = 'Reeve-Session: 7-1-1';
const rewrite = (head: string) =>
  mirror.withTrailer({ base: room.base, head, sessionId: room.session, trailer, committer });

test('keeps trees, authors, dates and the shape of the history, and is the same each time', async () => {
  const repo = await room.workspace();
  commit(repo, { 'a.txt': 'a' }, 'First\n\nBody');
  git(repo, ['checkout', '-q', '-b', 'side', 'HEAD~1']);
  commit(repo, { 'b.txt': 'b' }, 'Side');
  git(repo, ['checkout', '-q', room.branch]);
  git(repo, ['merge', '-q', '--no-ff', '-m', 'Merge side', 'side']);
  const imported = await room.importFrom(repo);
  const head = imported.outcome === 'imported' ? imported.head : '';
  const published = await rewrite(head);
  expect(await rewrite(head)).toBe(published);
  expect(await rewrite(published)).toBe(published);
  expect(git(mirror.path, ['rev-parse', 'refs/reeve/publish/7-1-1'])).toBe(published);
  const shape = (of: string, format: string) => git(mirror.path, ['log', '--topo-order', `--format=${format}`, of]);
  expect(shape(published, '%T %an %ae %ad %cd')).toBe(shape(head, '%T %an %ae %ad %cd'));
  expect(shape(published, '%cn <%ce>|%(trailers:key=Reeve-Session,separator=%x2C)|%s').split('\n')).toEqual([
    ...['Merge side', 'Side', 'First'].map((subject) => `reeve[bot] <reeve@example.org>|${trailer}|${subject}`),
    'Ada <ada@example.org>||Start',
  ]);
  expect(git(mirror.path, ['merge-base', room.base, published])).toBe(room.base);
});

test('a longer history begins with the same commits, so a second push only adds', async () => {
  const repo = await room.workspace();
  const first = await rewrite(await imported(repo, { 'a.txt': 'a' }));
  await room.push(first, null);
  await room.fetch();
  const second = await rewrite(await imported(repo, { 'b.txt': 'b' }));
  expect(git(mirror.path, ['rev-parse', `${second}^`])).toBe(first);
  expect(await room.push(second, first)).toEqual({ outcome: 'pushed' });
});

test('passes what passed git’s own check', async () => {
  const repo = await room.workspace();
  const head = await imported(repo, { 'a.txt': 'a' }, ' \n');
  const published = await rewrite(head);
  expect(git(mirror.path, ['log', '-1', '--format=%B', published])).toBe(
    `Change without a message\n\n${trailer}\n`.trimEnd(),
  );
  git(mirror.path, ['fsck', '--strict', published]);
});

async function imported(repo: string, files: Record<string, string>, message?: string): Promise<string> {
  commit(repo, files, message);
  const outcome = await room.importFrom(repo);
  if (outcome.outcome !== 'imported') throw new Error(outcome.detail);
  return outcome.head;
}
