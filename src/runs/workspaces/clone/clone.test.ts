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
