import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';
import type { WorkRequest } from './preserve-work.ts';

let room: MirrorRoom;
let repo: string;
let request: WorkRequest;

beforeEach(async () => {
  room = await mirrorRoom();
  repo = await room.workspace();
  request = { sessionId: room.session, workspaceRepo: repo, publishedHead: null };
});
afterEach(() => room.remove());

const preserve = () => room.mirror.preserveWork(request);
const work = () => room.mirror.workOf(request);
const REF = 'refs/reeve/preserved/7-1-1';
const inMirror = (...args: readonly string[]): string => git(room.mirror.path, args);
const refs = (): string[] => inMirror('for-each-ref', '--format=%(refname)', 'refs/reeve').split('\n');

describe('what is kept nowhere else', () => {
  test('is nothing in a workspace that was not worked in, and nothing is kept', async () => {
    expect(await work()).toEqual({ kind: 'kept' });
    expect(await preserve()).toEqual({ outcome: 'nothing' });
    expect(refs()).toEqual(['']);
  });

  test('is not what a setup has made, ignored or not', async () => {
    mkdirSync(join(repo, 'deps/deps'), { recursive: true });
    writeFileSync(join(repo, 'deps/deps/one'), 'made');
    expect(await work()).toMatchObject({ kind: 'unkept' });
    const marker = { state: 'done', command: '[]', isUntouched: true, cachePaths: ['deps'] } as const;
    writeFileSync(join(dirname(repo), 'setup.json'), JSON.stringify(marker));
    expect(await work()).toEqual({ kind: 'kept' });
    mkdirSync(join(repo, 'src/deps'), { recursive: true });
    writeFileSync(join(repo, 'src/deps/mine'), 'work');
    expect(await work()).toMatchObject({ kind: 'unkept' });
  });

  test('is a commit until it is on a branch of the remote', async () => {
    const head = commit(repo, { 'b.txt': 'b' });
    expect(await work()).toMatchObject({ kind: 'unkept' });
    git(repo, ['push', '-q', room.url, `${head}:refs/heads/x`]);
    await room.fetch();
    expect(await work()).toEqual({ kind: 'kept' });
  });

  test('is a commit until one with the same files is the head of the pull request', async () => {
    const head = commit(repo, { 'b.txt': 'b' });
    await room.importFrom(repo);
    const tree = inMirror('rev-parse', `${head}^{tree}`);
    const published = inMirror('commit-tree', '-m', 'with a trailer', '-p', room.base, tree);
    expect(await room.mirror.workOf({ ...request, publishedHead: published })).toEqual({ kind: 'kept' });
    expect(await room.mirror.workOf({ ...request, publishedHead: room.base })).toMatchObject({ kind: 'unkept' });
  });

  test('writes nothing to look', async () => {
    commit(repo, { 'b.txt': 'b' });
    writeFileSync(join(repo, 'c.txt'), 'c');
    const before = [inMirror('count-objects', '-v'), git(repo, ['status', '--porcelain'])];
    await work();
    expect([inMirror('count-objects', '-v'), git(repo, ['status', '--porcelain'])]).toEqual(before);
  });
});

describe('keeping it', () => {
  test('does not replace what was kept before and cannot be read now', async () => {
    commit(repo, { 'b.txt': 'b' });
    const path = join(room.mirror.path, REF);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${'1'.repeat(40)}\n`);
    await expect(preserve()).rejects.toThrow('missing object');
    await expect(room.mirror.preserved(room.session)).rejects.toThrow('missing object');
    expect(readFileSync(path, 'utf8')).toBe(`${'1'.repeat(40)}\n`);
  });

  test('takes commits as they are, and once', async () => {
    const head = commit(repo, { 'b.txt': 'b' });
    expect(await preserve()).toEqual({ outcome: 'preserved', commit: head, isWhole: true });
    expect(refs()).toEqual([REF]);
    expect(await preserve()).toEqual({ outcome: 'nothing' });
    expect(await room.mirror.preserved(room.session)).toEqual({ commit: head, head, hasUncommitted: false });
  });

  test('takes files that were not committed: changed, new, removed, executable, links; not those that are ignored', async () => {
    const head = commit(repo, { '.gitignore': 'node_modules\n', 'gone.txt': 'x', 'same.txt': 'same' });
    appendFileSync(join(repo, 'src/a.txt'), 'three\n');
    writeFileSync(join(repo, 'new "file"\nü'), Buffer.from([0, 255, 10]));
    writeFileSync(join(repo, 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(repo, 'run.sh'), 0o755);
    rmSync(join(repo, 'gone.txt'));
    symlinkSync('/etc/passwd', join(repo, 'link'));
    mkdirSync(join(repo, 'node_modules'));
    writeFileSync(join(repo, 'node_modules/x'), 'x');
    git(repo, ['add', 'run.sh']);
    const outcome = await preserve();
    expect(outcome).toMatchObject({ outcome: 'preserved', isWhole: true });
    const raw = inMirror('-c', 'core.quotePath=false', 'diff-tree', '-r', '--raw', '-z', head, REF).split('\0');
    expect(raw.filter((_, index) => index % 2 === 1).sort()).toEqual(
      ['src/a.txt', 'new "file"\nü', 'run.sh', 'gone.txt', 'link'].sort(),
    );
    expect(inMirror('ls-tree', REF, 'run.sh', 'link')).toMatch(/^120000 .*\tlink\n100755 .*\trun\.sh$/);
    expect(inMirror('cat-file', '-p', `${REF}:link`)).toBe('/etc/passwd');
    expect(await room.mirror.preserved(room.session)).toMatchObject({ head, hasUncommitted: true });
    expect(git(repo, ['status', '--porcelain', 'run.sh'])).toBe('A  run.sh'); // its index is as it was
    expect(await preserve()).toEqual({ outcome: 'nothing' });
  });

  test('takes other branches and the stash along, and what was kept before', async () => {
    const first = commit(repo, { 'b.txt': 'b' });
    git(repo, ['checkout', '-q', '-b', 'other']);
    const other = commit(repo, { 'c.txt': 'c' });
    appendFileSync(join(repo, 'README.md'), 'stashed\n');
    git(repo, ['stash', '-q']);
    const stash = git(repo, ['rev-parse', 'refs/stash']);
    git(repo, ['checkout', '-q', room.branch]);
    await preserve();
    const kept = inMirror('rev-parse', REF);
    expect(inMirror('show', '-s', '--format=%P', REF).split(' ')).toEqual([first, other, stash]);
    git(repo, ['reset', '-q', '--hard', room.base]);
    git(repo, ['branch', '-D', 'other']);
    git(repo, ['stash', 'drop', '-q']);
    commit(repo, { 'd.txt': 'd' });
    await preserve();
    expect(inMirror('merge-base', '--is-ancestor', kept, REF)).toBe('');
    expect(refs()).toEqual([REF]);
  });

  test('of a workspace without its .git takes the files', async () => {
    writeFileSync(join(repo, 'c.txt'), 'c');
    rmSync(join(repo, '.git'), { recursive: true });
    expect(await preserve()).toMatchObject({ outcome: 'preserved', isWhole: false });
    expect(inMirror('ls-tree', '-r', '--name-only', REF)).toBe('README.md\nc.txt\nsrc/a.txt');
    expect(await work()).toEqual({ kind: 'kept' });
  });

  test('of a repository within it takes the files', async () => {
    git(room.path, ['clone', '-q', '--template=', room.url, join(repo, 'inner')]);
    await preserve();
    expect(inMirror('ls-tree', '-r', '--name-only', REF, 'inner/')).toBe('inner/README.md\ninner/src/a.txt');
  });

  test('follows no link out of the workspace, and waits for no pipe', async () => {
    const outside = join(room.path, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'a.txt'), 'a secret of ours');
    renameSync(join(repo, 'src'), join(room.path, 'moved'));
    symlinkSync(outside, join(repo, 'src'));
    git(repo, ['-c', 'alias.pipe=!mkfifo pipe', 'pipe']);
    await preserve();
    expect(inMirror('ls-tree', '-r', '--name-only', REF)).toBe('README.md\nsrc');
    expect(inMirror('cat-file', '-p', `${REF}:src`)).toBe(outside);
  });

  test.each<[string, () => void]>([
    [
      'a history that is not complete',
      () => rmSync(join(repo, '.git/objects', git(repo, ['rev-parse', 'HEAD']).replace(/^../, '$&/'))),
    ],
    [
      'more branches than anybody makes',
      () => {
        for (let index = 0; index < 21; index++) {
          commit(repo, { 'x.txt': String(index) });
          git(repo, ['branch', `b${index}`]);
        }
      },
    ],
    [
      'a file that may not be read, if we are not root',
      () => {
        if (process.getuid?.() === 0)
          writeFileSync(Buffer.concat([Buffer.from(`${repo}/`), Buffer.from([0xff])]), 'no text');
        else chmodSync(join(repo, 'README.md'), 0);
      },
    ],
  ])('%s is refused, so that the workspace stays', async (_, harm) => {
    commit(repo, { 'b.txt': 'b' });
    harm();
    expect(await preserve()).toMatchObject({ outcome: 'refused' });
    expect(refs()).toEqual(['']);
    expect(readFileSync(join(repo, 'b.txt'), 'utf8')).toBe('b');
  });
});
