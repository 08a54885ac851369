import { execFileSync } from 'node:child_process';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';

let room: MirrorRoom;
let repo: string;

beforeEach(async () => {
  room = await mirrorRoom();
  repo = await room.workspace();
});
afterEach(() => room.remove());

const write = (type: string, content: string | Buffer): string =>
  execFileSync('git', ['hash-object', '-t', type, '-w', '--stdin', '--literally'], {
    cwd: repo,
    input: content,
    encoding: 'utf8',
  }).trim();
const entry = (mode: string, name: string, object: string): Buffer =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, 'hex')]);
const commitOf = (tree: string, message = 'x'): string =>
  write(
    'commit',
    `tree ${tree}\nparent ${room.base}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\n${message}\n`,
  );
const blob = (text: string): string => write('blob', text);

test.each<[string, () => string]>([
  ['a .git entry in a tree', () => commitOf(write('tree', entry('100644', '.git', blob('x'))))],
  [
    '.GIT in a tree',
    () => commitOf(write('tree', entry('40000', '.GIT', write('tree', entry('100644', 'config', blob('x')))))),
  ],
  ['.. in a tree', () => commitOf(write('tree', entry('40000', '..', write('tree', entry('100644', 'x', blob('x'))))))],
  ['a slash in a name', () => commitOf(write('tree', entry('100644', 'a/b', blob('x'))))],
  [
    'a submodule address that is an option',
    () =>
      commitOf(write('tree', entry('100644', '.gitmodules', blob('[submodule "x"]\n\tpath = x\n\turl = -u./evil\n')))),
  ],
  ['.gitmodules as a link', () => commitOf(write('tree', entry('120000', '.gitmodules', blob('x'))))],
  ['a message with a NUL', () => commitOf(write('tree', entry('100644', 'a', blob('x'))), 'shown\0hidden')],
])('%s: refused, the second time too, and nothing of it stays', async (_, make) => {
  const head = make();
  git(repo, ['update-ref', `refs/heads/${room.branch}`, head]);
  const objects = () => git(room.mirror.path, ['cat-file', '--batch-check', '--batch-all-objects']);
  const before = objects();
  for (const _try of [1, 2]) {
    expect(await room.importFrom(repo)).toMatchObject({ outcome: 'refused', code: 'malicious' });
  }
  expect(objects()).toBe(before);
  expect(git(room.mirror.path, ['for-each-ref', 'refs/reeve'])).toBe('');
});
