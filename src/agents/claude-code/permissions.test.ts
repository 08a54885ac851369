import { expect, test } from 'vitest';

import { toolTitle, toolUse } from './permissions.ts';

test.each([
  ['Bash', { command: 'git push  # "x"\nrm a' }, 'shell', 'git push  # "x"\nrm a'],
  ['Edit', { file_path: '/repo/a b', old_string: 'x' }, 'edit', '/repo/a b'],
  ['Write', { file_path: '/repo/a' }, 'edit', '/repo/a'],
  ['NotebookEdit', { notebook_path: '/repo/n' }, 'edit', '/repo/n'],
  ['Read', { file_path: '/etc/passwd' }, 'read', '/etc/passwd'],
  ['Grep', { pattern: 'x' }, 'read', '/work/repo'],
  ['Glob', { pattern: '*', path: '/etc' }, 'read', '/etc'],
  ['WebFetch', { url: 'https://example.com/', prompt: 'p' }, 'fetch', 'https://example.com/'],
  ['WebSearch', { query: 'q' }, 'other', '{"query":"q"}'],
  ['mcp__github__push', { a: 1 }, 'mcp', '{"a":1}'],
  ['Bash', { command: ['rm'] }, 'shell', '{"command":["rm"]}'],
  ['constructor', {}, 'other', '{}'],
])('%s %j is %s of %s', (name, input, tool, subject) => {
  expect(toolUse(name, input, '/work/repo')).toEqual({ tool, subject });
});

test('a title is one short line', () => {
  expect(toolTitle('Bash', { command: `a\nb${'c'.repeat(1000)}` }, '/')).toMatch(/^a bc{496}…$/);
});
