import { expect, test } from 'vitest';

import { sandboxAlone, type PermissionPolicy, type PermissionTool } from '../domain/run/permission.ts';
import { createRedactor } from '../lib/redact.ts';
import { createPermissionDesk } from './permission-desk.ts';

function openDesk(changes: Partial<PermissionPolicy> = {}) {
  const answers: string[] = [];
  const desk = createPermissionDesk({
    policy: { ...sandboxAlone, otherwise: 'ask', ...changes },
    repoPath: '/w/repo',
    redact: createRedactor(['a-very-secret-value']),
    onAnswer: (_, answer) => answers.push(answer === 'asked' ? answer : answer.verdict),
  });
  const ask = (subject: string, tool: PermissionTool = 'shell', toolName = 'Tool') =>
    void desk.decide({ id: subject, tool, toolName, subject });
  return { ...{ desk, answers, ask } };
}

test.each([
  ['nothing', ' '],
  ['more than anybody reads', 'x'.repeat(4001)],
  ['what nobody sees', 'ls \u202Etxt.exe'],
  ['a marker of ours', 'echo "<!-- reeve:1:2 -->"'],
  ['a secret', 'curl -H a-very-secret-value'],
])('people are not asked to allow %s', (_, subject) => {
  const { desk, answers, ask } = openDesk();
  ask(subject);
  expect({ answers, wishes: desk.wishes }).toEqual({ answers: ['deny'], wishes: [] });
});

test('people are asked for each wish once, and for a few at a time', () => {
  const { desk, answers, ask } = openDesk();
  for (const name of ['a', 'a', 'b', 'c', 'd', 'e']) ask(name.repeat(4000));
  expect(desk.wishes.map(({ subject }) => subject[0])).toEqual(['a', 'b', 'c', 'd']);
  expect(answers).toEqual(Array.from({ length: 6 }, () => 'asked'));
  const many = openDesk();
  for (let file = 0; file < 100; file += 1) many.ask(`src/${file}.ts`, 'edit');
  expect(many.desk.wishes).toHaveLength(50);
});

test('a tool of a server is judged with its name, and what was cut is not put to people', () => {
  const { desk, answers, ask } = openDesk({ allow: [{ tool: 'mcp', subject: 'mcp__notes__find **' }] });
  ask('{"text":"a/b"}', 'mcp', 'mcp__notes__find');
  ask('{"text":"a/b"}', 'mcp', 'mcp__notes__remove');
  ask('{"text":"a very long…', 'mcp', 'mcp__notes__add');
  expect(answers).toEqual(['allow', 'asked', 'deny']);
  expect(desk.wishes).toEqual([{ tool: 'mcp', subject: 'mcp__notes__remove {"text":"a/b"}' }]);
});

test('nobody is asked whether it may speak to us, unless a rule forbids that', () => {
  const { answers, ask } = openDesk();
  for (const name of ['mcp__reeve__ask', 'reeve_progress', 'mcp_reeve_result', 'mcp__reeve__propose-issue'])
    ask('{}', 'mcp', name);
  for (const name of ['mcp__other__ask', 'mcp__reeve_too__run', 'reeve_shell', 'mcp__reeve__ask_and_run'])
    ask('{}', 'mcp', name);
  expect(answers).toEqual([...Array<string>(4).fill('allow'), ...Array<string>(4).fill('asked')]);
  const silenced = openDesk({ deny: [{ tool: 'mcp', subject: '**' }] });
  silenced.ask('{}', 'mcp', 'mcp__reeve__ask');
  expect(silenced.answers).toEqual(['deny']);
});

test('what nothing could be done with, and would take long to judge, is not judged', () => {
  const { answers, ask } = openDesk({ allow: [{ tool: 'edit', subject: 'x/**' }] });
  ask('x/'.repeat(60_000), 'edit');
  ask('x/'.repeat(70_000), 'edit');
  expect(answers).toEqual(['allow', 'deny']);
});

test('a file of the repository is judged by its place there', () => {
  const { answers, ask } = openDesk({ allow: [{ tool: 'edit', subject: 'src/**' }] });
  ask('/w/repo/src/a.ts', 'edit');
  ask('/w/repository/src/a.ts', 'edit');
  expect(answers).toEqual(['allow', 'asked']);
});
