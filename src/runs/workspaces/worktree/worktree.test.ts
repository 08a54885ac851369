import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { commit, git, mirrorRoom, ourGit } from '../../../../test/repositories.ts';
import { sessionId } from '../../../domain/ids.ts';
import { trunkOf } from '../trunk.ts';
import { describeWorkspaces } from '../workspace.conformance.ts';
import { createWorktreeWorkspaces } from './worktree.ts';

describeWorkspaces('worktree', (root) => createWorktreeWorkspaces({ git: ourGit, root }));

const DAY_MS = 86_400_000;

test('a trunk goes when nothing was linked to it for the term, and the next worktree makes another one', async () => {
  const room = await mirrorRoom();
  onTestFinished(() => room.remove());
  const workspaces = createWorktreeWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const identity = { name: 'Agent', email: 'agent@example.org' };
  const request = { mirrorPath: room.mirror.path, base: room.base, branch: room.branch, identity };
  const trunk = trunkOf(room.mirror.path);
  const now = Date.now();
  const age = (): void => [trunk, join(trunk, 'worktrees')].forEach((path) => utimesSync(path, 1, 1));

  const path = await workspaces.prepare({ ...request, sessionId: room.session });
  commit(join(path, 'repo'), { 'b.txt': 'b' });
  age();
  expect(await workspaces.removeUnused(now)).toBe(0); // it is in use
  await workspaces.remove(room.session);
  expect(await workspaces.removeUnused(now - DAY_MS)).toBe(0); // it was until a moment ago
  age();
  const making = workspaces.prepare({ ...request, sessionId: sessionId('7-2-1') });
  expect(await workspaces.removeUnused(now)).toBe(0); // it is about to be
  await making;
  await workspaces.remove(sessionId('7-2-1'));
  age();
  const [removed, repo] = await Promise.all([
    workspaces.removeUnused(now),
    workspaces.prepare({ ...request, sessionId: room.session }),
  ]);
  expect(removed).toBe(1);
  expect(git(join(repo, 'repo'), ['rev-parse', 'HEAD'])).toBe(room.base);
  await workspaces.remove(room.session);
  age();
  await workspaces.removeUnused(now);
  expect([existsSync(trunk), existsSync(`${trunk}.gone`)]).toEqual([false, false]);
});
