import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';
import { sessionId } from '../../domain/ids.ts';
import type { WorkspaceRequest, Workspaces } from './workspace.ts';

/** What every kind of workspace must do. `create` makes the port over a directory that may not exist yet. */
export function describeWorkspaces(kind: string, create: (root: string) => Workspaces): void {
  describe(`workspaces: ${kind}`, () => {
    let room: MirrorRoom;
    let root: string;
    let workspaces: Workspaces;
    let request: WorkspaceRequest;

    beforeEach(async () => {
      room = await mirrorRoom();
      root = join(room.path, 'workspaces');
      workspaces = create(root);
      request = {
        sessionId: room.session,
        mirrorPath: room.mirror.path,
        base: room.base,
        branch: room.branch,
        identity: { name: 'reeve "bot" [x]', email: 'reeve@example.org' },
      };
    });
    afterEach(() => room.remove());

    test('gives a repository on the branch at the base, and a home and a place for temporary files', async () => {
      const path = await workspaces.prepare(request);
      expect(path).toBe(workspaces.pathOf(room.session));
      const repo = join(path, 'repo');
      expect(git(repo, ['rev-parse', '--abbrev-ref', 'HEAD'])).toBe(room.branch);
      expect(git(repo, ['rev-parse', 'HEAD'])).toBe(room.base);
      expect(git(repo, ['status', '--porcelain'])).toBe('');
      expect(readFileSync(join(repo, 'src/a.txt'), 'utf8')).toBe('one\ntwo\n');
      expect(existsSync(join(path, 'home')) && existsSync(join(path, 'tmp'))).toBe(true);
    });

    test('commits in it carry the identity; there is no remote and no credential', async () => {
      const repo = join(await workspaces.prepare(request), 'repo');
      expect(git(repo, ['config', 'user.name'])).toBe('reeve "bot" [x]');
      expect(git(repo, ['config', 'user.email'])).toBe('reeve@example.org');
      expect(git(repo, ['remote'])).toBe('');
      expect(git(repo, ['config', '--list', '--local'])).not.toMatch(/remote|credential|extraheader|url/i);
    });

    test('a link in the repository is a link in the workspace', async () => {
      symlinkSync('a.txt', join(room.person, 'src/link'));
      const base = commit(room.person, {});
      git(room.person, ['push', '-q', room.url, 'main']);
      await room.fetch();
      const repo = join(await workspaces.prepare({ ...request, base }), 'repo');
      expect(git(repo, ['status', '--porcelain'])).toBe('');
      expect(git(repo, ['ls-files', '-s', 'src/link'])).toMatch(/^120000/);
    });

    test('what is there is left as the agent left it', async () => {
      const repo = join(await workspaces.prepare(request), 'repo');
      const head = commit(repo, { 'b.txt': 'b' });
      appendFileSync(join(repo, 'README.md'), 'not committed\n');
      git(repo, ['checkout', '-q', '-b', 'other']);
      await create(root).prepare(request);
      expect(git(repo, ['rev-parse', 'HEAD'])).toBe(head);
      expect(git(repo, ['status', '--porcelain'])).toBe(' M README.md');
      expect(git(repo, ['rev-parse', '--abbrev-ref', 'HEAD'])).toBe('other');
    });

    test('what was half made is made anew', async () => {
      mkdirSync(join(workspaces.pathOf(room.session), 'home/.cache'), { recursive: true });
      writeFileSync(join(workspaces.pathOf(room.session), 'home/.cache/old'), '');
      const path = await workspaces.prepare(request);
      expect(git(join(path, 'repo'), ['rev-parse', 'HEAD'])).toBe(room.base);
      expect(existsSync(join(path, 'home/.cache'))).toBe(false);
    });

    test('a base that does not exist leaves nothing behind', async () => {
      await expect(workspaces.prepare({ ...request, base: '1'.repeat(40) })).rejects.toThrow(
        /nonexistent object|bad file|not parse object/,
      );
      expect(await workspaces.list()).toEqual([]);
      await workspaces.prepare(request);
      expect(await workspaces.list()).toEqual([room.session]);
    });

    test('asking several times at once makes one', async () => {
      const [one, two] = await Promise.all([workspaces.prepare(request), workspaces.prepare(request)]);
      expect(one).toBe(two);
      expect(await workspaces.list()).toEqual([room.session]);
    });

    test('lists what is there, and removes it once or twice', async () => {
      expect(await workspaces.list()).toEqual([]);
      await workspaces.prepare(request);
      await workspaces.prepare({ ...request, sessionId: sessionId('7-2-1'), branch: 'reeve/2-other' });
      expect([...(await workspaces.list())].sort()).toEqual(['7-1-1', '7-2-1']);
      await workspaces.remove(room.session);
      await workspaces.remove(room.session);
      expect(await workspaces.list()).toEqual(['7-2-1']);
      expect(existsSync(workspaces.pathOf(room.session))).toBe(false);
      expect(git(room.mirror.path, ['rev-parse', 'main'])).toBe(room.base);
    });

    test('removes what forbids it, is nested deep or leads out, and follows no link', async () => {
      const path = await workspaces.prepare(request);
      const outside = join(room.path, 'outside');
      mkdirSync(outside);
      writeFileSync(join(outside, 'kept'), '');
      symlinkSync(outside, join(path, 'repo/link'));
      mkdirSync(join(path, 'home/sealed/inner'), { recursive: true, mode: 0o755 });
      symlinkSync(outside, join(path, 'home/sealed/link'));
      const half = Array.from({ length: 200 }, () => 'd'.repeat(16)).join('/');
      for (const name of ['one', 'two']) mkdirSync(join(path, 'tmp', name, half), { recursive: true });
      renameSync(join(path, 'tmp/two'), join(path, 'tmp/one', half, 'two')); // now deeper than a path can be long
      for (const name of ['inner', '.']) chmodSync(join(path, 'home/sealed', name), 0o500);
      await workspaces.remove(room.session);
      expect(existsSync(path)).toBe(false);
      expect(existsSync(join(outside, 'kept'))).toBe(true);
    });

    test('a link in the place of a workspace is replaced, not followed', async () => {
      const outside = join(room.path, 'outside');
      mkdirSync(join(outside, 'repo'), { recursive: true });
      mkdirSync(root);
      symlinkSync(outside, workspaces.pathOf(room.session));
      const path = await workspaces.prepare(request);
      expect(git(join(path, 'repo'), ['rev-parse', 'HEAD'])).toBe(room.base);
      rmSync(path, { recursive: true });
      symlinkSync(outside, path);
      await workspaces.remove(room.session);
      expect(existsSync(path)).toBe(false);
      expect(existsSync(join(outside, 'repo'))).toBe(true);
    });

    test('one that is locked is not removed, until its lock is', async () => {
      const path = await workspaces.prepare(request);
      expect(await workspaces.lockOf(room.session)).toBeNull();
      await workspaces.lock(room.session, 'I look into it');
      await expect(workspaces.remove(room.session)).rejects.toMatchObject({
        code: 'workspace-locked',
        message: expect.stringContaining('I look into it') as string,
      });
      expect(await create(root).lockOf(room.session)).toBe('I look into it');
      expect(existsSync(join(path, 'repo'))).toBe(true);
      rmSync(join(path, 'locked'));
      symlinkSync('/nonexistent', join(path, 'locked'));
      await expect(workspaces.remove(room.session)).rejects.toThrow('cannot be read');
      rmSync(join(path, 'locked'));
      await workspaces.remove(room.session);
      expect(existsSync(path)).toBe(false);
    });

    test('a look that fails is neither absence nor an open lock', async () => {
      symlinkSync(root, root); // whoever looks into it is sent round in a circle
      expect(await workspaces.lockOf(room.session)).toBe('its lock cannot be read');
      await expect(workspaces.remove(room.session)).rejects.toMatchObject({ code: 'workspace-locked' });
      await expect(workspaces.prepare(request)).rejects.toThrow(/ELOOP.* lstat/);
    });

    test('kept work comes back as it was: commits, and on top of them files that are not committed', async () => {
      const repo = join(await workspaces.prepare(request), 'repo');
      const head = commit(repo, { 'b.txt': 'b' });
      appendFileSync(join(repo, 'README.md'), 'not committed\n');
      rmSync(join(repo, 'src/a.txt'));
      writeFileSync(join(repo, 'new.txt'), 'new');
      const work = { sessionId: room.session, workspaceRepo: repo, publishedHead: null };
      expect(await room.mirror.workOf(work)).toMatchObject({ kind: 'unkept' });
      expect(await room.mirror.preserveWork(work)).toMatchObject({ outcome: 'preserved', isWhole: true });
      expect(await room.mirror.workOf(work)).toEqual({ kind: 'kept' });
      await workspaces.remove(room.session);
      const kept = await room.mirror.preserved(room.session);
      await workspaces.prepare({
        ...{ ...request, base: kept?.head ?? '' },
        restored: { files: kept?.commit ?? null, lock: 'restored' },
      });
      expect(git(repo, ['rev-parse', room.branch])).toBe(head);
      expect(git(repo, ['status', '--porcelain'])).toBe(' M README.md\n D src/a.txt\n?? new.txt');
      expect(await workspaces.lockOf(room.session)).toBe('restored');
      expect(await room.mirror.workOf(work)).toEqual({ kind: 'kept' });
    });

    test.each(['..', '../x', '', '.', 'a/b', '-rf'])('the id %j is refused', async (id) => {
      const hostile = sessionId(id);
      expect(() => workspaces.pathOf(hostile)).toThrow('not an id');
      await expect(workspaces.remove(hostile)).rejects.toThrow('not an id');
      await expect(workspaces.prepare({ ...request, sessionId: hostile })).rejects.toThrow('not an id');
    });
  });
}
