import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runId, sessionId } from '../domain/ids.ts';
import { commit, git, ourGit, remoteRepository, scratch } from '../../test/repositories.ts';
import { openMirror, type Mirror } from './mirror.ts';
import { createCloneWorkspaces } from './workspaces/clone/clone.ts';

const session = sessionId('7-1-1');
const run = runId('7-1-1-r1');
const branch = 'reeve/1-greet';
const committer = { name: 'reeve[bot]', email: 'reeve@example.org' };

let room: ReturnType<typeof scratch>;
let remote: ReturnType<typeof remoteRepository>;
let mirror: Mirror;

beforeEach(async () => {
  room = scratch();
  remote = remoteRepository(room.path);
  mirror = await open();
  await fetch();
});
afterEach(() => room.remove());

const open = (): Promise<Mirror> =>
  openMirror({ git: ourGit, now: () => 1000, root: join(room.path, 'mirrors'), repositoryId: 7 });
const fetch = () => mirror.fetch({ url: remote.url, authorization: null });

/** A workspace as a run gets it; gives its repository. */
async function workspace(): Promise<string> {
  const workspaces = createCloneWorkspaces({ git: ourGit, root: join(room.path, 'workspaces') });
  const identity = { name: 'Agent', email: 'agent@example.org' };
  const path = await workspaces.prepare({
    sessionId: session,
    mirrorPath: mirror.path,
    base: remote.base,
    branch,
    identity,
  });
  return join(path, 'repo');
}

const importFrom = (workspaceRepo: string) => mirror.importRun({ runId: run, workspaceRepo, branch });
const push = (head: string, expected: string | null) =>
  mirror.push({ url: remote.url, authorization: null, branch, head, expected });
const onRemote = (name = branch): string => git(remote.url, ['rev-parse', '--verify', '-q', `refs/heads/${name}`]);

describe('fetching', () => {
  test('follows the branches of the remote: new, moved, deleted, rewritten', async () => {
    git(remote.clone, ['push', '-q', remote.url, 'main:topic', 'main:gone']);
    await fetch();
    expect(await mirror.headOf('topic')).toBe(remote.base);
    git(remote.clone, ['commit', '-q', '--amend', '-m', 'Start again']);
    git(remote.clone, ['push', '-q', '--force', remote.url, 'main', ':gone', ':topic', 'main:topic/deeper']);
    expect(await fetch()).toEqual({ outcome: 'fetched' });
    expect(await mirror.headOf('main')).toBe(git(remote.clone, ['rev-parse', 'main']));
    expect(await mirror.headOf('gone')).toBeNull();
    expect(await mirror.headOf('topic/deeper')).toBe(git(remote.clone, ['rev-parse', 'main']));
  });

  test('keeps our own refs, and opening again keeps everything', async () => {
    await mirror.preserve(session, remote.base);
    await fetch();
    mirror = await open();
    expect(git(mirror.path, ['for-each-ref', '--format=%(refname)'])).toBe(
      'refs/heads/main\nrefs/reeve/preserved/7-1-1',
    );
  });

  test('several at once all end well', async () => {
    for (let index = 0; index < 20; index++) git(remote.clone, ['push', '-q', remote.url, `main:b${index}`]);
    commit(remote.clone, { 'x.txt': 'x' });
    git(remote.clone, ['push', '-q', remote.url, 'main']);
    expect(await Promise.all([fetch(), fetch(), fetch()])).toEqual(Array(3).fill({ outcome: 'fetched' }));
  });

  test('takes history that old programs wrote badly', async () => {
    const tree = git(remote.clone, ['rev-parse', 'HEAD^{tree}']);
    const text = `tree ${tree}\nauthor Ada <a@b> 1 +51800\ncommitter Ada <a@b> 1 +0000\n\nold\n`;
    const old = git(remote.clone, ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { input: text });
    git(remote.clone, ['update-ref', 'refs/heads/old', old]);
    git(remote.clone, ['push', '-q', remote.url, 'old']);
    expect(await fetch()).toEqual({ outcome: 'fetched' });
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
});

describe('names', () => {
  test.each([
    '',
    '-x',
    'a..b',
    'a b',
    'a:b',
    'a~1',
    'a^',
    'x@{1}',
    '@',
    'a.lock',
    'a/',
    '/a',
    '.a',
    'a/.b',
    'a\nb',
    'a*',
    'a//b',
  ])('the branch name %j is refused', async (name) => {
    await expect(mirror.headOf(name)).rejects.toThrow('not the name of a branch');
  });

  test.each(['reeve/1-greet', 'a.b', 'ünïcode', 'a;$(id)', "it's"])('the branch name %j is fine', async (name) => {
    git(remote.clone, ['push', '-q', remote.url, `main:refs/heads/${name}`]);
    await fetch();
    expect(await mirror.headOf(name)).toBe(remote.base);
  });

  test('an id that leads out of its folder is refused', async () => {
    await expect(mirror.preserve(sessionId('../x'), remote.base)).rejects.toThrow('not an id');
    await expect(mirror.preserve(session, '--stdin')).rejects.toThrow('not an object id');
  });
});

describe('importing a run', () => {
  test('takes the commits of the branch', async () => {
    const repo = await workspace();
    const head = commit(repo, { 'src/a.txt': 'one\nTWO\n' });
    expect(await importFrom(repo)).toEqual({ outcome: 'imported', head });
    expect(git(mirror.path, ['for-each-ref', '--format=%(refname)', 'refs/reeve'])).toBe('refs/reeve/runs/7-1-1-r1');
    const more = commit(repo, { 'b.txt': 'b' });
    expect(await importFrom(repo)).toEqual({ outcome: 'imported', head: more });
  });

  test('takes what is checked out when the agent made a branch of its own', async () => {
    const repo = await workspace();
    git(repo, ['checkout', '-q', '-b', 'fix']);
    const head = commit(repo, { 'b.txt': 'b' });
    expect(await importFrom(repo)).toEqual({ outcome: 'imported', head });
    git(repo, ['branch', '-D', branch]);
    expect(await importFrom(repo)).toEqual({ outcome: 'imported', head });
  });

  test('takes the branch when the agent left something older checked out', async () => {
    const repo = await workspace();
    const head = commit(repo, { 'b.txt': 'b' });
    git(repo, ['checkout', '-q', '--detach', 'HEAD~1']);
    expect(await importFrom(repo)).toEqual({ outcome: 'imported', head });
  });

  test('of a run that did nothing gives the commit it was given', async () => {
    expect(await importFrom(await workspace())).toEqual({ outcome: 'imported', head: remote.base });
  });
});

describe('the facts of a diff', () => {
  const factsOf = async (repo: string) => {
    const imported = await importFrom(repo);
    if (imported.outcome !== 'imported') throw new Error(imported.detail);
    return mirror.diffFacts({ base: remote.base, head: imported.head });
  };
  const fileOf = async (repo: string, path: string) => (await factsOf(repo)).files.find((file) => file.path === path);

  test('tell commits, files and lines', async () => {
    const repo = await workspace();
    commit(repo, { 'src/a.txt': 'one\nTWO\nthree\n' }, 'Say two louder\n\nBody');
    git(repo, ['rm', '-q', 'README.md']);
    const head = commit(repo, { 'new\ttab "é".txt': 'x\n', 'pic.bin': Buffer.from([0, 1, 2]) }, 'More');
    const facts = await factsOf(repo);
    expect(facts).toMatchObject({
      base: remote.base,
      head,
      additions: 3,
      deletions: 2,
      isDescendant: true,
      isComplete: true,
    });
    expect(facts.commits.map(({ subject }) => subject)).toEqual(['Say two louder', 'More']);
    const plain = { oldKind: null, symlinkTarget: null, isBinary: false, isInTip: true, kind: 'file' };
    expect(facts.files).toEqual([
      { ...plain, path: 'README.md', status: 'deleted', kind: null, oldKind: 'file', sizeBytes: null },
      { ...plain, path: 'new\ttab "é".txt', status: 'added', sizeBytes: 2 },
      { ...plain, path: 'pic.bin', status: 'added', sizeBytes: 3, isBinary: true },
      { ...plain, path: 'src/a.txt', status: 'modified', oldKind: 'file', sizeBytes: 14 },
    ]);
  });

  test('tell links, submodules, executables and large files', async () => {
    const repo = await workspace();
    const blob = git(repo, ['hash-object', '-w', '--stdin'], { input: '../../etc/passwd' });
    git(repo, ['update-index', '--add', '--cacheinfo', `120000,${blob},src/link`]);
    git(repo, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},lib`]);
    git(repo, ['commit', '-q', '-m', 'Link']);
    writeFileSync(join(repo, 'big'), 'x'.repeat(6_000_000));
    chmodSync(join(repo, 'README.md'), 0o755);
    git(repo, ['add', 'big', 'README.md']);
    git(repo, ['commit', '-q', '-m', 'Big']);
    expect(await fileOf(repo, 'src/link')).toMatchObject({ kind: 'symlink', symlinkTarget: '../../etc/passwd' });
    expect(await fileOf(repo, 'lib')).toMatchObject({ kind: 'submodule', sizeBytes: null });
    expect(await fileOf(repo, 'big')).toMatchObject({ kind: 'file', sizeBytes: 6_000_000 });
    expect(await fileOf(repo, 'README.md')).toMatchObject({ kind: 'executable', oldKind: 'file', status: 'modified' });
  });

  test('tell what a commit changed and a later one took back', async () => {
    const repo = await workspace();
    commit(repo, { '.github/workflows/ci.yml': 'on: push\n' });
    git(repo, ['revert', '--no-edit', 'HEAD']);
    const facts = await factsOf(repo);
    expect(facts.commits).toHaveLength(2);
    expect(facts.files).toContainEqual(
      expect.objectContaining({ path: '.github/workflows/ci.yml', status: 'added', isInTip: false }),
    );
    expect(facts.files.filter((file) => file.isInTip)).toEqual([]);
  });

  test('see what only a merge changed, and do not count what the mirror has', async () => {
    const upstream = commit(remote.clone, { '.github/workflows/own.yml': 'theirs\n' }, 'Upstream');
    git(remote.clone, ['push', '-q', remote.url, 'main']);
    await fetch();
    const repo = await workspace();
    commit(repo, { 'src/b.txt': 'b' });
    git(repo, ['merge', '-q', '--no-commit', '--no-ff', upstream]);
    commit(repo, { 'evil.txt': 'only in the merge' }, 'Merge');
    const imported = await importFrom(repo);
    const head = imported.outcome === 'imported' ? imported.head : '';
    const facts = await mirror.diffFacts({ base: upstream, head });
    expect(facts.commits.map(({ subject }) => subject)).toEqual(['Change something', 'Merge']);
    expect(facts.files.map((file) => [file.path, file.isInTip])).toEqual([
      ['evil.txt', true],
      ['src/b.txt', true],
    ]);
    git(repo, ['rm', '-q', 'evil.txt']);
    commit(repo, {}, 'Take it back');
    expect(await fileOf(repo, 'evil.txt')).toMatchObject({ isInTip: false, kind: 'file' });
  });

  test('tell a history that does not build on the base', async () => {
    const repo = await workspace();
    git(repo, ['checkout', '-q', '--orphan', 'other']);
    commit(repo, { 'b.txt': 'b' });
    git(repo, ['branch', '-D', branch]);
    expect(await factsOf(repo)).toMatchObject({ isDescendant: false, isComplete: true });
  });

  test('say so when there is more than can be listed', async () => {
    const repo = await workspace();
    const tree = git(repo, ['rev-parse', 'HEAD^{tree}']);
    const chain = Array.from(
      { length: 1001 },
      (_, index) =>
        `commit refs/heads/${branch}\ncommitter A <a@b> ${index} +0000\ndata 1\nx\n${index === 0 ? `from ${remote.base}\nM 040000 ${tree} \n` : ''}\n`,
    );
    git(repo, ['fast-import', '--quiet', '--force'], { input: chain.join('') });
    expect(await factsOf(repo)).toMatchObject({ isComplete: false, isDescendant: true, files: [] });
  });
});

describe('adding the trailer', () => {
  const trailer = 'Reeve-Session: 7-1-1';
  const rewrite = (head: string) =>
    mirror.withTrailer({ base: remote.base, head, sessionId: session, trailer, committer });

  test('keeps trees, authors, dates and the shape of the history, and is the same each time', async () => {
    const repo = await workspace();
    commit(repo, { 'a.txt': 'a' }, 'First\n\nBody');
    git(repo, ['checkout', '-q', '-b', 'side', 'HEAD~1']);
    commit(repo, { 'b.txt': 'b' }, 'Side');
    git(repo, ['checkout', '-q', branch]);
    git(repo, ['merge', '-q', '--no-ff', '-m', 'Merge side', 'side']);
    const imported = await importFrom(repo);
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
    expect(git(mirror.path, ['merge-base', remote.base, published])).toBe(remote.base);
  });

  test('a longer history begins with the same commits, so a second push only adds', async () => {
    const repo = await workspace();
    const first = await rewrite(await imported(repo, { 'a.txt': 'a' }));
    await push(first, null);
    await fetch();
    const second = await rewrite(await imported(repo, { 'b.txt': 'b' }));
    expect(git(mirror.path, ['rev-parse', `${second}^`])).toBe(first);
    expect(await push(second, first)).toEqual({ outcome: 'pushed' });
  });

  test('passes what passed git’s own check', async () => {
    const repo = await workspace();
    const head = await imported(repo, { 'a.txt': 'a' }, ' \n');
    const published = await rewrite(head);
    expect(git(mirror.path, ['log', '-1', '--format=%B', published])).toBe(
      `Change without a message\n\n${trailer}\n`.trimEnd(),
    );
    git(mirror.path, ['fsck', '--strict', published]);
  });

  async function imported(repo: string, files: Record<string, string>, message?: string): Promise<string> {
    commit(repo, files, message);
    const outcome = await importFrom(repo);
    if (outcome.outcome !== 'imported') throw new Error(outcome.detail);
    return outcome.head;
  }
});

describe('pushing', () => {
  const head = () => git(remote.clone, ['rev-parse', 'main']);

  test('makes a branch, and finds it there when asked again', async () => {
    expect(await push(head(), null)).toEqual({ outcome: 'pushed' });
    expect(onRemote()).toBe(head());
    expect(await push(head(), null)).toEqual({ outcome: 'already-there' });
    expect(await push(head(), 'a'.repeat(40))).toEqual({ outcome: 'already-there' });
  });

  test('moves a branch only from where we last saw it', async () => {
    const theirs = commit(remote.clone, { 'theirs.txt': 't' });
    git(remote.clone, ['push', '-q', remote.url, `main:${branch}`]);
    expect(await push(remote.base, null)).toEqual({ outcome: 'moved' });
    expect(await push(remote.base, 'b'.repeat(40))).toEqual({ outcome: 'moved' });
    expect(onRemote()).toBe(theirs);
    expect(await push(remote.base, theirs)).toEqual({ outcome: 'pushed' });
    expect(onRemote()).toBe(remote.base);
  });

  test('does not bring back a branch that somebody deleted', async () => {
    await push(head(), null);
    git(remote.clone, ['push', '-q', remote.url, `:${branch}`]);
    const next = git(remote.clone, ['commit-tree', '-m', 'x', '-p', 'HEAD', 'HEAD^{tree}']);
    git(remote.clone, ['push', '-q', mirror.path, `${next}:refs/heads/next`]);
    expect(await push(next, remote.base)).toEqual({ outcome: 'moved' });
  });

  test('a rule of the remote is a refusal with its words', async () => {
    const hook = join(remote.url, 'hooks/pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "This branch is protected." >&2\nexit 1\n', { mode: 0o755 });
    const outcome = await push(head(), null);
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'rejected' });
    expect(outcome).toHaveProperty('detail', expect.stringContaining('This branch is protected.'));
  });
});
