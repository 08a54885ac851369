import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { git, mirrorRoom, ourGit } from '../../../../test/repositories.ts';
import { describeWorkspaces } from '../workspace.conformance.ts';
import { createCloneWorkspaces } from './clone.ts';

describeWorkspaces('clone', (root) => createCloneWorkspaces({ git: ourGit, root }));

test('a clone borrows the objects of the mirror, has none of its own, and no hooks', async () => {
  const room = await mirrorRoom();
  const repo = await room.workspace();
  expect(readFileSync(join(repo, '.git/objects/info/alternates'), 'utf8')).toBe(
    `${join(room.mirror.path, 'objects')}\n`,
  );
  expect(git(repo, ['count-objects', '-v'])).toMatch(/^count: 0$[\s\S]*^in-pack: 0$/m);
  expect(existsSync(join(repo, '.git/hooks'))).toBe(false);
  // It was made under another name: nothing in it may remember that.
  expect(readFileSync(join(repo, '.git/config'), 'utf8')).not.toContain(room.path);
  room.remove();
});

test('git reads an identity as it was given, whatever is in it', async () => {
  const room = await mirrorRoom();
  const identity = { name: ' a\\b "c" #d ; [e]\n\tf = g ', email: 'x\\' };
  const workspaces = createCloneWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const request = { sessionId: room.session, mirrorPath: room.mirror.path, base: room.base, branch: room.branch };
  const repo = join(await workspaces.prepare({ ...request, identity }), 'repo');
  const read = (name: string) =>
    execFileSync('git', ['config', '--local', '-z', name], { cwd: repo, encoding: 'utf8' });
  expect([read('user.name'), read('user.email'), read('gc.auto')]).toEqual([
    `${identity.name}\0`,
    `${identity.email}\0`,
    '0\0',
  ]);
  room.remove();
});
