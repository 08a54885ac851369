import { describe, expect, test } from 'vitest';

import type { ChangedFile, DiffFacts } from './facts.ts';
import { judgeDiff } from './judge.ts';
import { publishPolicy, publishPolicyDefault } from '../../config/publish-policy.ts';

function file(over: Partial<ChangedFile> = {}): ChangedFile {
  return {
    path: 'src/a.ts',
    status: 'modified',
    kind: 'file',
    oldKind: 'file',
    sizeBytes: 100,
    symlinkTarget: null,
    isBinary: false,
    isInTip: true,
    ...over,
  };
}

function facts(over: Partial<DiffFacts> = {}): DiffFacts {
  return {
    base: 'a'.repeat(40),
    head: 'b'.repeat(40),
    commits: [{ sha: 'b'.repeat(40), subject: 'Change a' }],
    files: [file()],
    additions: 1,
    deletions: 0,
    isDescendant: true,
    isComplete: true,
    secretPaths: [],
    ...over,
  };
}

function verdictOn(changed: Partial<ChangedFile>) {
  const verdict = judgeDiff(facts({ files: [file(), file(changed)] }), publishPolicyDefault);
  return 'reasons' in verdict ? `${verdict.verdict}: ${verdict.reasons[0]?.code}` : verdict.verdict;
}

describe('one file', () => {
  test.each<[string, Partial<ChangedFile>, string]>([
    ['an ordinary change', {}, 'push'],
    ['a binary', { isBinary: true }, 'push'],
    ['a deletion', { status: 'deleted', kind: null, sizeBytes: null }, 'push'],
    ['a dot file', { path: '.editorconfig' }, 'push'],
    ['a name like .git', { path: '.gitignore' }, 'push'],
    ['another file beside the workflows', { path: '.github/dependabot.yml' }, 'push'],
    ['an executable', { kind: 'executable' }, 'push'],
    ['a workflow', { path: '.github/workflows/ci.yml' }, 'refuse: protected-path'],
    [
      'a deleted workflow',
      { path: '.github/workflows/ci.yml', status: 'deleted', kind: null },
      'refuse: protected-path',
    ],
    [
      'a workflow that was changed and taken back',
      { path: '.github/workflows/a.yml', isInTip: false },
      'refuse: protected-path',
    ],
    ["Reeve's configuration", { path: '.github/reeve.yml' }, 'refuse: protected-path'],
    ['a .git directory', { path: 'a/.git/config' }, 'refuse: git-path'],
    ['.git in another case', { path: '.GIT/config' }, 'refuse: git-path'],
    ['.git as Windows shortens it', { path: 'GIT~1/config' }, 'refuse: git-path'],
    ['.git with a dot at the end', { path: '.git./config' }, 'refuse: git-path'],
    ['a way up', { path: 'a/../../b' }, 'refuse: git-path'],
    ['an absolute path', { path: '/etc/passwd' }, 'refuse: git-path'],
    ['a newline', { path: 'a\nb' }, 'refuse: unreadable-path'],
    ['an escape code', { path: 'a\u001b[2Jb' }, 'refuse: unreadable-path'],
    ['a reversed name', { path: 'a\u202etxt.exe' }, 'refuse: unreadable-path'],
    ['bytes that are no text', { path: 'a\ufffdb' }, 'refuse: unreadable-path'],
    ['5 MB', { sizeBytes: 5 * 1024 * 1024 }, 'push'],
    ['a byte more', { sizeBytes: 5 * 1024 * 1024 + 1 }, 'hold: large-file'],
    ['a large file that was taken back', { sizeBytes: 9e9, isInTip: false }, 'hold: large-file'],
    ['a new submodule', { kind: 'submodule', oldKind: null, sizeBytes: null }, 'hold: submodule'],
    ['a removed submodule', { kind: null, oldKind: 'submodule', sizeBytes: null }, 'hold: submodule'],
    ['.gitmodules', { path: '.gitmodules' }, 'hold: submodule'],
  ])('%s', (_, changed, expected) => {
    expect(verdictOn(changed)).toBe(expected);
  });
});

describe('a symbolic link', () => {
  test.each([
    ['beside.ts', 'push'],
    ['../README.md', 'push'],
    ['../../top', 'push'],
    ['./deep/er', 'push'],
    ['..', 'push'],
    ['../../../out', 'hold: symlink-out'],
    ['/etc/passwd', 'hold: symlink-out'],
    ['deep/../../../../out', 'hold: symlink-out'],
    ['link/../x', 'hold: symlink-out'],
    ['../../.git/config', 'hold: symlink-out'],
    ['', 'hold: symlink-out'],
    [null, 'hold: symlink-out'],
  ])('to %s: %s', (symlinkTarget, expected) => {
    expect(verdictOn({ path: 'a/b/link', kind: 'symlink', symlinkTarget })).toBe(expected);
  });
});

describe('the whole', () => {
  const many = (count: number): ChangedFile[] =>
    Array.from({ length: count }, (_, index) => file({ path: `src/${index}` }));
  test.each<[string, Partial<DiffFacts>, string]>([
    ['no commits', { commits: [], files: [] }, 'nothing'],
    ['commits that cancel out', { files: [file({ isInTip: false })] }, 'nothing'],
    ['300 files', { files: many(300) }, 'push'],
    ['301 files', { files: many(301) }, 'hold'],
    ['251 commits', { commits: Array.from({ length: 251 }, () => ({ sha: 'c', subject: '' })) }, 'hold'],
    ['more than can be listed', { files: [], isComplete: false }, 'refuse'],
    ['another history', { isDescendant: false }, 'refuse'],
    ['another history without a change', { isDescendant: false, files: [] }, 'refuse'],
  ])('%s', (_, over, expected) => {
    expect(judgeDiff(facts(over), publishPolicyDefault).verdict).toBe(expected);
  });

  test('a refusal outweighs a hold, and reasons stay few', () => {
    const files = [
      file({ sizeBytes: 9e9 }),
      ...Array.from({ length: 90 }, () => file({ path: '.github/workflows/x' })),
    ];
    const verdict = judgeDiff(facts({ files }), publishPolicyDefault);
    expect(verdict).toMatchObject({ verdict: 'refuse', reasons: { length: 20 } });
  });
});

test('runs stay within the paths that a repository allows, and the default protection cannot be taken away', () => {
  const policy = publishPolicy({ allowed: ['docs/**', '.github/**'], protected: ['docs/legal/'] });
  const judged = (path: string) => judgeDiff(facts({ files: [file({ path })] }), policy);
  expect(judged('docs/a.md').verdict).toBe('push');
  expect(judged('src/a.ts')).toMatchObject({ reasons: [{ code: 'outside-paths', path: 'src/a.ts' }] });
  expect(judged('docs/legal/a.md')).toMatchObject({ reasons: [{ code: 'protected-path' }] });
  expect(judged('.github/workflows/ci.yml')).toMatchObject({ reasons: [{ code: 'protected-path' }] });
});

test('a file that several commits changed is told once, a link with each of its targets', () => {
  const big = (sizeBytes: number, isInTip: boolean) => file({ path: 'big.bin', sizeBytes, isInTip });
  const link = (symlinkTarget: string) => file({ path: 'link', kind: 'symlink', symlinkTarget });
  const files = [big(6e6, true), big(7e6, false), big(8e6, false), link('/etc'), link('/etc'), link('/home')];
  const lib = { path: 'lib', kind: 'submodule', oldKind: null, sizeBytes: null } as const;
  const submodule = file({ ...lib, submodule: { url: 'https://example.org/lib.git', commit: '1'.repeat(40) } });
  const verdict = judgeDiff(facts({ files: [...files, submodule] }), publishPolicyDefault);
  expect('reasons' in verdict ? verdict.reasons.map(({ sentence }) => sentence) : []).toEqual([
    '"big.bin" has 5.7 MB; more than 5 MB need a person\'s look.',
    '"link" is a symbolic link that points out of the repository, to "/etc".',
    '"link" is a symbolic link that points out of the repository, to "/home".',
    '"lib" changes a submodule, which brings in another repository: "https://example.org/lib.git", at commit 111111111111.',
  ]);
});

test('each reason is a sentence with a printable path', () => {
  const policy = publishPolicy({ allowed: ['src/**'], protected: [] });
  const refused = ['a\nb', 'x/.git/hooks', '.github/reeve.yml', `README${'e'.repeat(300)}`].map((path) =>
    file({ path }),
  );
  const held = [
    file({ path: 'src/link', kind: 'symlink', symlinkTarget: '/etc' }),
    file({ path: 'src/film.mp4', sizeBytes: 6.25 * 1024 * 1024 }),
    file({ path: 'src/lib', kind: 'submodule' }),
  ];
  const sentences = [refused, held].flatMap((files) => {
    const verdict = judgeDiff(facts({ files, isDescendant: files === held }), policy);
    return 'reasons' in verdict ? verdict.reasons.map((reason) => reason.sentence) : [];
  });
  expect(sentences).toMatchInlineSnapshot(`
    [
      "The work does not build on the commit that it was given.",
      "The name "a\\u{a}b" holds characters that hide what it is.",
      ""x/.git/hooks" reaches out of the repository or into git's own files.",
      "".github/reeve.yml" is protected: runs may not change it.",
      ""READMEeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee…" is outside the paths that runs may change here.",
      ""src/link" is a symbolic link that points out of the repository, to "/etc".",
      ""src/film.mp4" has 6.3 MB; more than 5 MB need a person's look.",
      ""src/lib" changes a submodule, which brings in another repository.",
    ]
  `);
});

test.each([
  [['config.json'], 'secret'],
  [null, 'unseen'],
])('what seems to hold a credential, or cannot be looked through, waits for a person: %j', (secretPaths, code) => {
  const verdict = judgeDiff(facts({ secretPaths }), publishPolicyDefault);
  expect(verdict).toMatchObject({ verdict: 'hold', reasons: [{ code }] });
});
