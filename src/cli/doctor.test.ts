import { describe, expect, test } from 'vitest';

import { judgeGit, judgeGitHub, judgeNode, judgeSandbox, judgeSetup } from './doctor.ts';

test.each([
  ['18.20.0', false],
  ['20.9.0', false],
  ['20.18.0', false],
  ['20.18.1', true],
  ['20.20.2', true],
  ['21.7.0', false],
  ['22.0.0', true],
  ['24.1.0', true],
])('Node.js %s: %s', (version, holds) => expect(judgeNode(version).verdict).toBe(holds ? 'ok' : 'mend'));

test.each([
  ['git version 2.39.5\n', true],
  ['git version 2.50.1 (Apple Git-155)', true],
  ['git version 2.38.9', false],
  ['git version 3.0', true],
  ['', false],
  [null, false],
])('%j: %s', (said, holds) => {
  const check = judgeGit(said);
  expect(check.verdict).toBe(holds ? 'ok' : 'mend');
  expect(/install/.test(check.says)).toBe(!holds);
});

test.each([
  ['sh', 'ok', /\/sh$/],
  ['./scripts/set-up.sh', 'ok', /as each repository has it$/],
  ['reeve-no-such-program', 'mend', /not on PATH; install it, or give its full path in REEVE_SETUP$/],
])('the setup %s: %s', (program, verdict, says) => {
  expect(judgeSetup(program, '/usr/bin:/bin')).toEqual({ name: 'setup', verdict, says: expect.stringMatching(says) });
});

describe('the sandbox', () => {
  test.each([
    [['bwrap', 'pid-namespace', 'none'], undefined, 'ok', /^bwrap works/],
    [['pid-namespace', 'none'], undefined, 'warn', /install the package bubblewrap/],
    [['none'], 'auto', 'mend', /install the package bubblewrap/],
    [['none'], 'none', 'warn', /read files of this machine; install the package bubblewrap/],
    [['none'], 'bwrap', 'mend', /install the package bubblewrap/],
    [['pid-namespace', 'none'], 'pid-namespace', 'warn', /install the package bubblewrap/],
    [['bwrap', 'pid-namespace', 'none'], 'none', 'warn', /set REEVE_SANDBOX to bwrap/],
    [['bwrap', 'none'], 'bwrap', 'ok', /^bwrap works/],
  ])('%j wanted %s: %s', (working, wanted, verdict, says) => {
    expect(judgeSandbox(working, wanted)).toEqual({ name: 'sandbox', verdict, says: expect.stringMatching(says) });
  });
});

test.each([
  [{ kind: 'answered', status: 200, says: 'reeve' }, 'ok', /knows the App reeve by its key$/],
  [
    { kind: 'answered', status: 401, says: 'A JSON web token could not be decoded' },
    'mend',
    /decoded\); the key is not/,
  ],
  [{ kind: 'answered', status: 404, says: 'Integration not found' }, 'mend', /no App 7 there: compare APP_ID/],
  [{ kind: 'answered', status: 404, says: '' }, 'mend', /answered 404; there is no App 7/],
  [{ kind: 'answered', status: 502, says: '' }, 'mend', /look again later/],
  [{ kind: 'answered', status: 200, says: '' }, 'mend', /not an answer of GitHub's API/],
  [{ kind: 'answered', status: 302, says: '' }, 'mend', /correct GITHUB_API_URL/],
  [
    { kind: 'unreachable', says: 'fetch failed: ECONNREFUSED' },
    'mend',
    /does not answer \(fetch failed: ECONNREFUSED\)/,
  ],
] as const)('GitHub: %j', (answer, verdict, says) => {
  const check = judgeGitHub(answer, { app: { id: 7, privateKey: '' }, githubApiUrl: 'https://ghe.example.org/api/v3' });
  expect(check).toEqual({ name: 'GitHub', verdict, says: expect.stringMatching(says) });
});
