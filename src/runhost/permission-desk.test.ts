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
  const ask = (subject: string, tool: PermissionTool = 'shell') =>
    void desk.decide({ id: subject, tool, toolName: 'Tool', subject });
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
  for (const subject of ['a', 'a', 'b', 'c', 'd', 'e']) ask(subject);
  expect(desk.wishes.map(({ subject }) => subject)).toEqual(['a', 'b', 'c', 'd']);
  expect(answers).toEqual(Array.from({ length: 6 }, () => 'asked'));
});

test('a file of the repository is judged by its place there', () => {
  const { answers, ask } = openDesk({ allow: [{ tool: 'edit', subject: 'src/**' }] });
  ask('/w/repo/src/a.ts', 'edit');
  ask('/w/repository/src/a.ts', 'edit');
  expect(answers).toEqual(['allow', 'asked']);
});
