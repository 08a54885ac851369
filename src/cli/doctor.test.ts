import { describe, expect, test } from 'vitest';

import { judgeGit, judgeNode, judgeSandbox } from './doctor.ts';

test.each([
  ['18.20.0', false],
  ['20.9.0', false],
  ['20.18.0', false],
  ['20.18.1', true],
  ['20.20.2', true],
  ['21.7.0', false],
  ['22.0.0', true],
  ['24.1.0', true],
])('Node.js %s: %s', (version, holds) => expect(judgeNode(version).holds).toBe(holds));

test.each([
  ['git version 2.39.5\n', true],
  ['git version 2.50.1 (Apple Git-155)', true],
  ['git version 2.38.9', false],
  ['git version 3.0', true],
  ['', false],
  [null, false],
])('%j: %s', (said, holds) => {
  const check = judgeGit(said);
  expect(check.holds).toBe(holds);
  expect(/install/.test(check.says)).toBe(!holds);
});

describe('the sandbox', () => {
  test.each([
    [['bwrap', 'pid-namespace', 'none'], undefined, true],
    [['pid-namespace', 'none'], undefined, false],
    [['none'], 'auto', false],
    [['none'], 'none', true],
    [['none'], 'bwrap', false],
    [['pid-namespace', 'none'], 'pid-namespace', true],
  ])('%j wanted %s: %s', (working, wanted, holds) => {
    const check = judgeSandbox(working, wanted);
    expect(check.holds).toBe(holds);
    expect(/install the package bubblewrap/.test(check.says)).toBe(!holds);
  });
});
