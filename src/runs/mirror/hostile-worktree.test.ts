import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { commit, git, mirrorRoom, ourGit, type MirrorRoom } from '../../../test/repositories.ts';
import { sessionId } from '../../domain/ids.ts';
import { trunkOf } from '../workspaces/trunk.ts';
import type { WorkspaceRequest, Workspaces } from '../workspaces/workspace.ts';
import { createWorktreeWorkspaces } from '../workspaces/worktree/worktree.ts';

let room: MirrorRoom;
let workspaces: Workspaces;
let request: WorkspaceRequest;
let repo: string;
let trunk: string;
let marker: string;
let evil: string;

beforeEach(async () => {
  room = await mirrorRoom();
  workspaces = createWorktreeWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const identity = { name: 'Agent', email: 'agent@example.org' };
  request = { sessionId: room.session, mirrorPath: room.mirror.path, base: room.base, branch: room.branch, identity };
  repo = join(await workspaces.prepare(request), 'repo');
  trunk = trunkOf(room.mirror.path);
  marker = join(room.path, 'fired');
  evil = join(room.path, 'evil.sh');
  writeFileSync(evil, `#!/bin/sh\ntouch ${marker}\nexec cat\n`, { mode: 0o755 });
});
afterEach(() => room.remove());

const work = () => ({ sessionId: room.session, workspaceRepo: repo, publishedHead: null });
const other = () => ({ ...request, sessionId: sessionId('7-2-1'), branch: 'reeve/2-other' });

/** All that we do with a worktree, and with another one of the same trunk. */
async function handle(): Promise<void> {
  await room.importFrom(repo);
  await room.mirror.workOf(work());
  await room.mirror.preserveWork(work());
  await workspaces.prepare(other());
  await workspaces.lockOf(room.session);
  await workspaces.remove(sessionId('7-2-1'));
  await workspaces.remove(room.session);
}

describe('a trap that an agent set in the repository which worktrees share does nothing to us', () => {
  const config = (...args: readonly string[]): string => git(repo, ['config', ...args]);
  const hooks = (directory: string): void => {
    mkdirSync(directory, { recursive: true });
    for (const name of ['post-checkout', 'reference-transaction', 'post-index-change', 'pre-push', 'post-commit'])
      symlinkSync(evil, join(directory, name));
  };
  test.each<[string, () => unknown, readonly string[]]>([
    ['core.fsmonitor', () => config('core.fsmonitor', evil), ['status']],
    ['core.fsmonitor of the worktree alone', () => config('--worktree', 'core.fsmonitor', evil), ['status']],
    ['hooks', () => hooks(join(trunk, 'hooks')), ['commit', '-q', '--allow-empty', '-m', 'x']],
    [
      'core.hooksPath',
      () => [hooks(join(room.path, 'hooks')), config('core.hooksPath', join(room.path, 'hooks'))],
      ['commit', '-q', '--allow-empty', '-m', 'x'],
    ],
    [
      'filters by the shared attributes',
      () => {
        mkdirSync(join(trunk, 'info'), { recursive: true });
        writeFileSync(join(trunk, 'info/attributes'), '* filter=x\n');
        for (const name of ['clean', 'smudge']) config(`filter.x.${name}`, evil);
      },
      ['add', '-A'],
    ],
    [
      'a filter program by .gitattributes',
      () => [writeFileSync(join(repo, '.gitattributes'), '* filter=x\n'), config('filter.x.process', evil)],
      ['add', '-A'],
    ],
    [
      'include.path',
      () => [writeFileSync(join(trunk, 'more'), `[core]\n\tfsmonitor = ${evil}\n`), config('include.path', 'more')],
      ['status'],
    ],
    [
      'core.alternateRefsCommand, a pack objects hook and an alias',
      () => [
        config('core.alternateRefsCommand', evil),
        config('uploadpack.packObjectsHook', evil),
        config('alias.upload-pack', `!${evil}`),
        config('alias.trap', `!${evil}`),
      ],
      ['trap'],
    ],
  ])('%s', async (_, plant, springs) => {
    commit(repo, { 'work.txt': 'work' });
    plant();
    appendFileSync(join(repo, 'README.md'), 'more\n');
    const copy = existsSync(marker);
    await room.importFrom(repo);
    await room.mirror.preserveWork(work());
    await workspaces.prepare(other());
    expect([copy, existsSync(marker)]).toEqual([false, false]);
    git(repo, springs);
    expect(existsSync(marker)).toBe(true); // the trap works
    rmSync(marker);
    await handle();
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a worktree that leads elsewhere is not read', () => {
  const elsewhere = (): string => join(room.path, 'mirrors/8.git');
  beforeEach(() => void git(room.path, ['clone', '-q', '--bare', room.url, elsewhere()]));

  test.each<[string, () => void]>([
    ['another .git file', () => writeFileSync(join(repo, '.git'), `gitdir: ${elsewhere()}\n`)],
    [
      'objects as a link',
      () => {
        rmSync(join(trunk, 'objects'), { recursive: true });
        symlinkSync(join(elsewhere(), 'objects'), join(trunk, 'objects'));
      },
    ],
    ['another alternate', () => writeFileSync(join(trunk, 'objects/info/alternates'), `${elsewhere()}/objects\n`)],
  ])('%s', async (_, plant) => {
    commit(repo, { 'a.txt': 'a' });
    plant();
    expect(await room.importFrom(repo)).toMatchObject({ outcome: 'refused', code: 'unsafe' });
    expect(await room.mirror.preserveWork(work())).toMatchObject({ outcome: 'preserved', isWhole: false });
  });

  test('a HEAD or a branch that leads out of the trunk names no commit', async () => {
    commit(repo, { 'a.txt': 'a' });
    const head = join(trunk, 'worktrees', room.session, 'HEAD');
    for (const name of ['../../../mirrors/8.git/refs/heads/main', '/etc/passwd', 'nowhere']) {
      writeFileSync(head, `ref: refs/heads/${name}\n`);
      expect(await room.importFrom(repo)).toMatchObject({ outcome: 'imported' }); // its own branch is there still
    }
    rmSync(join(trunk, 'refs/heads/reeve'), { recursive: true });
    symlinkSync(join(elsewhere(), 'refs/heads'), join(trunk, 'refs/heads/reeve'));
    writeFileSync(head, 'ref: refs/heads/reeve/main\n');
    expect(await room.importFrom(repo)).toMatchObject({ outcome: 'refused', code: 'unreadable' });
  });
});

test('one that is registered under another name stays, and one branch is in one worktree', async () => {
  await expect(workspaces.prepare({ ...other(), branch: room.branch })).rejects.toThrow(
    'checked out in the workspace of 7-1-1',
  );
  await workspaces.prepare(other());
  const registered = join(trunk, 'worktrees/7-2-1/gitdir');
  const own = readFileSync(registered, 'utf8');
  writeFileSync(registered, `${repo}/.git\n`);
  await expect(workspaces.remove(room.session)).rejects.toThrow('git knows it as the worktree 7-2-1');
  writeFileSync(registered, own);
  await workspaces.remove(room.session);
  expect(git(join(workspaces.pathOf(sessionId('7-2-1')), 'repo'), ['worktree', 'list', '--porcelain'])).not.toContain(
    repo,
  );
});

test('its sessions see each other’s branches, and git knows and keeps each worktree', async () => {
  const head = commit(repo, { 'a.txt': 'a' });
  const second = join(await workspaces.prepare(other()), 'repo');
  expect(git(second, ['rev-parse', room.branch])).toBe(head);
  git(second, ['worktree', 'prune']);
  expect(() => git(second, ['worktree', 'remove', repo])).toThrow(/locked/);
  expect(git(second, ['worktree', 'list', '--porcelain'])).toContain(`worktree ${repo}`);
  expect(await workspaces.sharedPath(room.session)).toBe(trunk);
  expect(git(repo, ['status', '--porcelain'])).toBe('');
});
