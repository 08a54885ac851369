import { appendFileSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { commit, git, mirrorRoom, type MirrorRoom } from '../../../test/repositories.ts';

let room: MirrorRoom;
let repo: string;
let evil: string;
let marker: string;

beforeEach(async () => {
  room = await mirrorRoom();
  repo = await room.workspace();
  marker = join(room.path, 'fired');
  evil = join(room.path, 'evil.sh');
  writeFileSync(evil, `#!/bin/sh\ntouch ${marker}\nexit 0\n`, { mode: 0o755 });
  mkdirSync(join(repo, '.git/hooks'), { recursive: true });
});
afterEach(() => room.remove());

const config = (...settings: readonly (readonly [string, string])[]): void => {
  for (const [name, value] of settings) git(repo, ['config', name, value]);
};

/** Whether the marker appears when git, obeying the repository, does this inside it. */
function firesInside(...commands: readonly (readonly string[])[]): boolean {
  for (const args of commands) {
    appendFileSync(join(repo, 'README.md'), 'more\n');
    try {
      git(repo, args, { env: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '/bin/false' } });
    } catch {
      // the program of the agent ran or not; how git ended does not matter
    }
  }
  const hasFired = existsSync(marker);
  rmSync(marker, { force: true });
  return hasFired;
}

/** All that we do with what a run left. */
async function handle(): Promise<{
  readonly outcome: string;
  readonly head: string | null;
  readonly hasFired: boolean;
}> {
  const imported = await room.importFrom(repo);
  const head = imported.outcome === 'imported' ? imported.head : null;
  if (head !== null) {
    await room.mirror.diffFacts({ base: room.base, head });
    const committer = { name: 'reeve[bot]', email: 'reeve@example.org' };
    const trailer = 'Reeve-Session: 7-1-1';
    const published = await room.mirror.withTrailer({
      base: room.base,
      head,
      sessionId: room.session,
      trailer,
      committer,
    });
    await room.push(published, null);
    await room.fetch();
  }
  writeFileSync(join(repo, 'not-committed.txt'), 'not committed');
  const request = { sessionId: room.session, workspaceRepo: repo, publishedHead: null };
  await room.mirror.workOf(request);
  await room.mirror.preserveWork(request);
  return { outcome: imported.outcome === 'refused' ? imported.code : 'imported', head, hasFired: existsSync(marker) };
}

type Vector = {
  readonly name: string;
  readonly plant: () => void;
  /** Commands that show inside the workspace that the trap works; none where git 2.39 has no command that springs it. */
  readonly springs: readonly (readonly string[])[];
};

const hooks = [
  'pre-commit',
  'post-commit',
  'commit-msg',
  'pre-push',
  'post-checkout',
  'reference-transaction',
  'post-index-change',
];
const attributes = (line: string): void => writeFileSync(join(repo, '.gitattributes'), `${line}\n`);
const commitAll = ['commit', '-qam', 'more'];

const vectors: readonly Vector[] = [
  { name: 'core.fsmonitor', plant: () => config(['core.fsmonitor', evil]), springs: [['status']] },
  {
    name: 'hooks in the repository, also those of a receiving side',
    plant: () => {
      for (const hook of [...hooks, 'pre-receive', 'update', 'post-receive', 'post-update', 'proc-receive']) {
        cpSync(evil, join(repo, '.git/hooks', hook));
      }
    },
    springs: [commitAll],
  },
  {
    name: 'core.hooksPath',
    plant: () => {
      cpSync(evil, join(room.path, 'hooks/reference-transaction'));
      config(['core.hooksPath', join(room.path, 'hooks')]);
    },
    springs: [commitAll],
  },
  {
    name: 'a filter by .gitattributes',
    plant: () => {
      attributes('* filter=x');
      config(['filter.x.clean', evil], ['filter.x.smudge', evil], ['filter.x.required', 'true']);
    },
    springs: [['add', '-A']],
  },
  {
    name: 'a filter by info/attributes',
    plant: () => {
      mkdirSync(join(repo, '.git/info'), { recursive: true });
      writeFileSync(join(repo, '.git/info/attributes'), '* filter=x\n');
      config(['filter.x.process', evil]);
    },
    springs: [['add', '-A']],
  },
  { name: 'diff.external', plant: () => config(['diff.external', evil]), springs: [['diff']] },
  {
    name: 'textconv and a diff command by .gitattributes',
    plant: () => {
      attributes('* diff=x');
      config(['diff.x.textconv', evil], ['diff.x.command', evil]);
    },
    springs: [['diff']],
  },
  {
    name: 'gpg.program',
    plant: () => config(['gpg.program', evil], ['commit.gpgSign', 'true']),
    springs: [commitAll],
  },
  {
    name: 'gpg.ssh.program',
    plant: () =>
      config(['gpg.format', 'ssh'], ['gpg.ssh.program', evil], ['user.signingKey', evil], ['commit.gpgSign', 'true']),
    springs: [commitAll],
  },
  {
    name: 'core.sshCommand',
    plant: () => config(['core.sshCommand', evil], ['remote.origin.url', 'ssh://host/x']),
    springs: [['fetch', 'origin']],
  },
  {
    name: 'a remote that is a program',
    plant: () => config(['remote.origin.url', `ext::${evil}`], ['protocol.ext.allow', 'always']),
    springs: [['fetch', 'origin']],
  },
  {
    name: 'remote.uploadpack and receivepack',
    plant: () =>
      config(['remote.origin.url', room.url], ['remote.origin.uploadpack', evil], ['remote.origin.receivepack', evil]),
    springs: [['fetch', 'origin']],
  },
  {
    name: 'url.insteadOf of the push target',
    plant: () => {
      const thief = join(room.path, 'thief.git');
      git(room.path, ['init', '-q', '--bare', thief]);
      cpSync(evil, join(thief, 'hooks/post-receive'));
      config([`url.${thief}.insteadOf`, room.url], ['remote.origin.url', room.url]);
    },
    springs: [['push', 'origin', 'HEAD:refs/heads/x']],
  },
  {
    name: 'core.alternateRefsCommand',
    plant: () => config(['core.alternateRefsCommand', evil], ['remote.origin.url', room.url]),
    springs: [['fetch', 'origin', 'main:refs/heads/new']],
  },
  {
    name: 'include.path',
    plant: () => {
      writeFileSync(join(repo, '.git/more'), `[core]\n\tfsmonitor = ${evil}\n`);
      config(['include.path', 'more']);
    },
    springs: [['status']],
  },
  {
    name: 'config.worktree',
    plant: () => {
      config(['extensions.worktreeConfig', 'true']);
      writeFileSync(join(repo, '.git/config.worktree'), `[core]\n\tfsmonitor = ${evil}\n`);
    },
    springs: [['status']],
  },
  {
    name: 'a pack objects hook, an alias and a proxy',
    plant: () =>
      config(
        ['uploadpack.packObjectsHook', evil],
        ['alias.upload-pack', `!${evil}`],
        ['core.gitProxy', evil],
        ['core.pager', evil],
      ),
    springs: [],
  },
  {
    name: 'a repository within it, with an index of ours that knows it',
    plant: () => {
      const inner = join(repo, 'inner');
      git(room.path, ['clone', '-q', '--template=', room.url, inner]);
      git(repo, ['-c', 'advice.addEmbeddedRepo=false', 'add', 'inner']);
      git(repo, ['commit', '-qm', 'inner']);
      writeFileSync(join(inner, 'README.md'), 'changed');
      git(inner, ['config', 'core.fsmonitor', evil]);
    },
    springs: [['status']],
  },
  {
    name: 'a remote that promises objects which are missing',
    plant: () => {
      config(
        ['core.repositoryFormatVersion', '1'],
        ['extensions.partialClone', 'origin'],
        ['remote.origin.promisor', 'true'],
      );
      config(['remote.origin.url', room.url], ['remote.origin.uploadpack', evil]);
      const blob = git(repo, ['rev-parse', 'HEAD:secret.txt']);
      rmSync(join(repo, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    },
    springs: [['cat-file', '-p', 'HEAD:secret.txt']],
  },
];

describe('a trap that an agent set in its clone does nothing to us', () => {
  test.each(vectors)('$name', async ({ plant, springs }) => {
    commit(repo, { 'secret.txt': 'work of the run' });
    plant();
    const handled = await handle();
    expect(handled.hasFired).toBe(false);
    expect(firesInside(...springs)).toBe(springs.length > 0);
  });
});

describe('a clone that points out of itself is not read', () => {
  const other = (): string => {
    const path = join(room.path, 'mirrors/8.git');
    cpSync(room.mirror.path, path, { recursive: true });
    return path;
  };
  const gitDir = (): string => join(repo, '.git');
  const branchFile = (): string => join(gitDir(), 'refs/heads', room.branch);

  test.each<[string, () => void]>([
    ['.git as a link to another repository', () => swap(gitDir(), () => symlinkSync(other(), gitDir()))],
    [
      '.git as a file that names another repository',
      () => swap(gitDir(), () => writeFileSync(gitDir(), `gitdir: ${other()}\n`)),
    ],
    ['the whole clone as a link', () => swap(repo, () => symlinkSync(room.person, repo))],
    [
      'objects as a link',
      () => swap(join(gitDir(), 'objects'), () => symlinkSync(join(other(), 'objects'), join(gitDir(), 'objects'))),
    ],
    ['a ref as a link', () => swap(branchFile(), () => symlinkSync(join(other(), 'refs/heads/main'), branchFile()))],
    ['commondir', () => writeFileSync(join(gitDir(), 'commondir'), `${other()}\n`)],
    [
      'another alternate',
      () => writeFileSync(join(gitDir(), 'objects/info/alternates'), `${join(other(), 'objects')}\n`),
    ],
    [
      'one alternate more',
      () => appendFileSync(join(gitDir(), 'objects/info/alternates'), `${join(other(), 'objects')}\n`),
    ],
    ['a pipe that nobody writes to', () => git(repo, ['-c', 'alias.pipe=!mkfifo .git/packed-refs', 'pipe'])],
    ['nothing', () => rmSync(gitDir(), { recursive: true })],
  ])('%s', async (_, plant) => {
    commit(repo, { 'a.txt': 'a' });
    plant();
    expect(await room.importFrom(repo)).toMatchObject({ outcome: 'refused', code: 'unsafe' });
  });

  function swap(path: string, replace: () => void): void {
    renameSync(path, join(room.path, 'swapped'));
    replace();
  }
});

describe('a broken clone is an outcome', () => {
  test.each<[string, () => void]>([
    ['no commit', () => git(repo, ['update-ref', '-d', 'HEAD'])],
    ['a broken configuration', () => writeFileSync(join(repo, '.git/config'), '[broken\n')],
    ['an endless configuration', () => git(repo, ['config', 'include.path', '/dev/zero'])],
    [
      'a missing object',
      () => rmSync(join(repo, '.git/objects', git(repo, ['rev-parse', 'HEAD']).replace(/^../, '$&/'))),
    ],
    ['a shallow history', () => writeFileSync(join(repo, '.git/shallow'), `${git(repo, ['rev-parse', 'HEAD'])}\n`)],
  ])('%s', async (_, plant) => {
    commit(repo, { 'a.txt': 'a' });
    plant();
    expect(await room.importFrom(repo)).toMatchObject({ outcome: 'refused', code: 'unreadable' });
    expect(existsSync(join(room.mirror.path, 'shallow'))).toBe(false);
  });

  test('replace refs do not hide what is really there', async () => {
    const real = commit(repo, { '.github/workflows/ci.yml': 'real' });
    const shown = git(repo, ['commit-tree', '-m', 'harmless', '-p', room.base, `${room.base}^{tree}`]);
    git(repo, ['replace', real, shown]);
    const { head } = await handle();
    expect(head).toBe(real);
    const facts = await room.mirror.diffFacts({ base: room.base, head: real });
    expect(facts.files.map((file) => file.path)).toEqual(['.github/workflows/ci.yml']);
  });
});
