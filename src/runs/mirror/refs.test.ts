import { expect, test } from 'vitest';

import { runId, sessionId } from '../../domain/ids.ts';
import { branchRef, objectId, reeveRefs } from './refs.ts';

test.each([
  ...[
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
    'a.lock/b',
    'a/',
    '/a',
    '.a',
    'a/.b',
    'a\nb',
  ],
  ...['a*', 'a?', 'a[b', 'a\\b', 'a//b', 'a.', 'x'.repeat(251)],
])('the branch name %j is refused', (name) => {
  expect(() => branchRef(name)).toThrow('not the name of a branch');
});

test.each(['reeve/1-greet', 'a.b', 'ünïcode', 'a;$(id)', "it's", 'a@b', '@a'])('the branch name %j is fine', (name) => {
  expect(branchRef(name)).toBe(`refs/heads/${name}`);
});

test('an id becomes one segment of a ref, and nothing else does', () => {
  expect(reeveRefs.run(runId('7-1-1-r2'))).toBe('refs/reeve/runs/7-1-1-r2');
  expect(reeveRefs.importing(runId('7-1-1-r2'), 'branch')).toBe('refs/reeve/importing/7-1-1-r2/branch');
  expect(reeveRefs.publish(sessionId('7-1-1'))).toBe('refs/reeve/publish/7-1-1');
  for (const id of ['', '..', '../x', 'a/b', '-a', 'a.lock', 'a b']) {
    expect(() => reeveRefs.preserved(sessionId(id))).toThrow('not an id');
  }
});

test('an object id is forty hexadecimal digits', () => {
  expect(objectId('a'.repeat(40))).toBe('a'.repeat(40));
  for (const sha of ['', '--stdin', 'HEAD', 'a'.repeat(39), 'A'.repeat(40), `${'a'.repeat(40)}\n`]) {
    expect(() => objectId(sha)).toThrow('not an object id');
  }
});
