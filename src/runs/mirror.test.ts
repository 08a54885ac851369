import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../test/repositories.ts';
import type { Mirror } from './mirror.ts';

let room: MirrorRoom;
let mirror: Mirror;

beforeEach(async () => {
  room = await mirrorRoom();
  mirror = room.mirror;
});
afterEach(() => room.remove());

const onRemote = (): string => git(room.url, ['rev-parse', '--verify', '-q', `refs/heads/${room.branch}`]);

describe('fetching', () => {
  test('follows the branches of the remote: new, moved, deleted, rewritten', async () => {
    git(room.person, ['push', '-q', room.url, 'main:topic', 'main:gone']);
    await room.fetch();
    expect(await mirror.headOf('topic')).toBe(room.base);
    git(room.person, ['commit', '-q', '--amend', '-m', 'Start again']);
    git(room.person, ['push', '-q', '--force', room.url, 'main', ':gone', ':topic', 'main:topic/deeper']);
    expect(await room.fetch()).toEqual({ outcome: 'fetched' });
    expect(await mirror.headOf('main')).toBe(git(room.person, ['rev-parse', 'main']));
    expect(await mirror.headOf('gone')).toBeNull();
    expect(await mirror.headOf('topic/deeper')).toBe(git(room.person, ['rev-parse', 'main']));
  });

  test('keeps our own refs, and opening again keeps everything', async () => {
    git(mirror.path, ['update-ref', 'refs/reeve/preserved/7-1-1', room.base]);
    await room.fetch();
    await room.open();
    expect(git(mirror.path, ['for-each-ref', '--format=%(refname)'])).toBe(
      'refs/heads/main\nrefs/reeve/preserved/7-1-1',
    );
  });

  test('several at once all end well', async () => {
    for (let index = 0; index < 20; index++) git(room.person, ['push', '-q', room.url, `main:b${index}`]);
    commit(room.person, { 'x.txt': 'x' });
    git(room.person, ['push', '-q', room.url, 'main']);
    expect(await Promise.all([room.fetch(), room.fetch(), room.fetch()])).toEqual(
      Array(3).fill({ outcome: 'fetched' }),
    );
  });

  test('takes history that old programs wrote badly', async () => {
    const tree = git(room.person, ['rev-parse', 'HEAD^{tree}']);
    const text = `tree ${tree}\nauthor Ada <a@b> 1 +51800\ncommitter Ada <a@b> 1 +0000\n\nold\n`;
    const old = git(room.person, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { input: text });
    git(room.person, ['update-ref', 'refs/heads/old', old]);
    git(room.person, ['push', '-q', room.url, 'old']);
    expect(await room.fetch()).toEqual({ outcome: 'fetched' });
  });

  test('an address that is not there is refused, one that git would obey is a mistake of ours', async () => {
    expect(await mirror.fetch({ url: join(room.path, 'nowhere.git'), authorization: null })).toMatchObject({
      outcome: 'refused',
      code: 'not-found',
    });
    for (const url of [
      '--upload-pack=touch x',
      'ext::sh -c true',
      'origin',
      'ssh://host/x',
      'https://user:secret@host/x',
    ]) {
      await expect(mirror.fetch({ url, authorization: null })).rejects.toThrow('not an address');
    }
  });

  test.each(['reeve/1-greet', 'a.b', 'ünïcode', 'a;$(id)', "it's"])(
    'follows a branch with the name %j',
    async (name) => {
      git(room.person, ['push', '-q', room.url, `main:refs/heads/${name}`]);
      await room.fetch();
      expect(await mirror.headOf(name)).toBe(room.base);
    },
  );
});

describe('where a branch and a commit parted', () => {
  test('is the last commit they share, or nothing', async () => {
    const repo = await room.workspace();
    const head = commit(repo, { 'b.txt': 'b' });
    await room.importFrom(repo);
    commit(room.person, { 'c.txt': 'c' });
    git(room.person, ['push', '-q', room.url, 'main']);
    await room.fetch();
    expect(await mirror.mergeBase('main', head)).toBe(room.base);
    git(room.person, ['checkout', '-q', '--orphan', 'other']);
    commit(room.person, {});
    git(room.person, ['push', '-q', room.url, 'other']);
    await room.fetch();
    expect(await mirror.mergeBase('other', head)).toBeNull();
    expect(await mirror.mergeBase('nowhere', head)).toBeNull();
  });
});

describe('importing a run', () => {
  test('takes the commits of the branch', async () => {
    const repo = await room.workspace();
    const head = commit(repo, { 'src/a.txt': 'one\nTWO\n' });
    expect(await room.importFrom(repo)).toEqual({ outcome: 'imported', head });
    expect(git(mirror.path, ['for-each-ref', '--format=%(refname)', 'refs/reeve'])).toBe('refs/reeve/runs/7-1-1-r1');
    const more = commit(repo, { 'b.txt': 'b' });
    expect(await room.importFrom(repo)).toEqual({ outcome: 'imported', head: more });
  });

  test('takes what is checked out when the agent made a branch of its own', async () => {
    const repo = await room.workspace();
    git(repo, ['checkout', '-q', '-b', 'fix']);
    const head = commit(repo, { 'b.txt': 'b' });
    expect(await room.importFrom(repo)).toEqual({ outcome: 'imported', head });
    git(repo, ['branch', '-D', room.branch]);
    expect(await room.importFrom(repo)).toEqual({ outcome: 'imported', head });
  });

  test('takes the branch when the agent left something older checked out', async () => {
    const repo = await room.workspace();
    const head = commit(repo, { 'b.txt': 'b' });
    git(repo, ['checkout', '-q', '--detach', 'HEAD~1']);
    expect(await room.importFrom(repo)).toEqual({ outcome: 'imported', head });
  });

  test('of a run that did nothing gives the commit it was given', async () => {
    expect(await room.importFrom(await room.workspace())).toEqual({ outcome: 'imported', head: room.base });
  });
});

describe('pushing', () => {
  const head = () => git(room.person, ['rev-parse', 'main']);

  test('makes a branch, and finds it there when asked again', async () => {
    expect(await room.push(head(), null)).toEqual({ outcome: 'pushed' });
    expect(onRemote()).toBe(head());
    expect(await room.push(head(), null)).toEqual({ outcome: 'already-there' });
    expect(await room.push(head(), 'a'.repeat(40))).toEqual({ outcome: 'already-there' });
  });

  test('moves a branch only from where we last saw it', async () => {
    const theirs = commit(room.person, { 'theirs.txt': 't' });
    git(room.person, ['push', '-q', room.url, `main:${room.branch}`]);
    expect(await room.push(room.base, null)).toEqual({ outcome: 'moved' });
    expect(await room.push(room.base, 'b'.repeat(40))).toEqual({ outcome: 'moved' });
    expect(onRemote()).toBe(theirs);
    expect(await room.push(room.base, theirs)).toEqual({ outcome: 'pushed' });
    expect(onRemote()).toBe(room.base);
  });

  test('does not bring back a branch that somebody deleted', async () => {
    await room.push(head(), null);
    git(room.person, ['push', '-q', room.url, `:${room.branch}`]);
    const next = git(room.person, ['commit-tree', '-m', 'x', '-p', 'HEAD', 'HEAD^{tree}']);
    git(room.person, ['push', '-q', mirror.path, `${next}:refs/heads/next`]);
    expect(await room.push(next, room.base)).toEqual({ outcome: 'moved' });
  });

  test('a rule of the remote is a refusal with its words', async () => {
    const hook = join(room.url, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "This branch is protected." >&2\nexit 1\n', { mode: 0o755 });
    const outcome = await room.push(head(), null);
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'rejected' });
    expect(outcome).toHaveProperty('detail', expect.stringContaining('This branch is protected.'));
  });
});

describe('files of a branch', () => {
  const wanted = {
    branch: 'main',
    paths: ['AGENTS.md', 'GONE.md', 'link.md'],
    directories: ['how/'],
    bytesMax: 10,
    reads: () => true,
  };

  test('are read as they are on it; what is no file or too large is named, and what is missing is not', async () => {
    commit(room.person, { 'AGENTS.md': 'Test.\n', 'how/a.md': 'A', 'how/b.md': 'much too long', 'how/deep/c.md': 'C' });
    symlinkSync('AGENTS.md', join(room.person, 'link.md'));
    commit(room.person, {});
    git(room.person, ['push', '-q', room.url, 'main']);
    await room.fetch();
    writeFileSync(join(room.person, 'AGENTS.md'), 'Not yet.');
    expect(await mirror.files(wanted)).toEqual([
      { path: 'AGENTS.md', isFile: true, text: 'Test.\n' },
      { path: 'how/a.md', isFile: true, text: 'A' },
      { path: 'how/b.md', isFile: true, text: null },
      { path: 'how/deep', isFile: false, text: null },
      { path: 'link.md', isFile: false, text: null },
    ]);
    expect(await mirror.files({ ...wanted, reads: () => false })).toContainEqual({
      path: 'AGENTS.md',
      isFile: true,
      text: null,
    });
  });

  test('are none when there is no such branch', async () => {
    await room.fetch();
    expect(await mirror.files({ ...wanted, branch: 'other' })).toEqual([]);
  });
});
