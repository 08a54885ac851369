import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { runIdOf } from '../../src/domain/ids.ts';
import { probeSandboxes } from '../../src/runs/sandbox.ts';
import { readEvents } from '../../src/runs/run-directory/events.ts';
import { createWorktreeWorkspaces } from '../../src/runs/workspaces/worktree/worktree.ts';
import { git, mirrorRoom, ourGit } from '../repositories.ts';
import { fixture, hostEnvironment, openHome } from '../run-host.ts';

const [strictest] = await probeSandboxes(hostEnvironment.PATH);

test('an agent in a linked worktree can commit in its sandbox, and we take what it did', async () => {
  const { run, home } = await openHome();
  const room = await mirrorRoom();
  const workspaces = createWorktreeWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const identity = { name: 'Agent', email: 'agent@example.org' };
  const workspacePath = await workspaces.prepare({
    ...{ sessionId: room.session, mirrorPath: room.mirror.path, base: room.base, branch: room.branch, identity },
  });
  mkdirSync(join(home, 'runs'), { recursive: true });
  const runId = runIdOf(room.session, 1);
  const ended = await run([fixture('that-succeeds')], {
    ...{ runId, sessionId: room.session, workspacePath, sandbox: strictest ?? 'none' },
    readablePaths: [join(room.mirror.path, 'objects')],
    writablePaths: [(await workspaces.sharedPath(room.session))!],
  });
  expect(ended).toMatchObject({ verdict: 'ended', end: { reason: 'finished' } });
  const imported = await room.importFrom(join(workspacePath, 'repo'));
  expect(imported).toMatchObject({ outcome: 'imported' });
  const head = imported.outcome === 'imported' ? imported.head : '';
  expect(git(room.mirror.path, ['diff', '--name-only', room.base, head])).not.toBe('');
  expect(git(room.mirror.path, ['show', '-s', '--format=%cn', head])).not.toBe('');
  room.remove();
});

test('what a linked worktree depends on is made in it, kept, and no part of a commit', async () => {
  const { run, home, directory } = await openHome();
  const room = await mirrorRoom();
  const workspaces = createWorktreeWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const workspacePath = await workspaces.prepare({
    ...{ sessionId: room.session, mirrorPath: room.mirror.path, base: room.base, branch: room.branch },
    identity: { name: 'Agent', email: 'agent@example.org' },
  });
  mkdirSync(join(home, 'runs'), { recursive: true });
  const runId = runIdOf(room.session, 1);
  const lockFiles = await room.mirror.filesOf(room.base, () => true);
  const ended = await run([fixture('that-succeeds')], {
    ...{ runId, sessionId: room.session, workspacePath, sandbox: strictest ?? 'none' },
    readablePaths: [join(room.mirror.path, 'objects')],
    writablePaths: [(await workspaces.sharedPath(room.session))!],
    setup: {
      ...{ argv: ['sh', '-c', 'mkdir deps; touch deps/one'], cachePaths: ['deps'], wallMs: 20_000, isUntouched: true },
      cache: { repositoryId: 7, commit: room.base, lockFiles: lockFiles ?? [] },
    },
  });
  expect(ended).toMatchObject({ verdict: 'ended', end: { reason: 'finished' } });
  const { events } = await readEvents(directory(runId));
  expect(events.flatMap((event) => (event.kind === 'setup' ? [event.step] : []))).toEqual(['started', 'done', 'kept']);
  const imported = await room.importFrom(join(workspacePath, 'repo'));
  const head = imported.outcome === 'imported' ? imported.head : '';
  expect(git(room.mirror.path, ['ls-tree', '-r', '--name-only', head])).not.toContain('deps');
  room.remove();
});
