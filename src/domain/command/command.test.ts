import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import type { Permission } from '../people.ts';
import { mayCommand, verbs } from './command.ts';

const permissions: readonly Permission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none'];

test('who may give which command', () => {
  const rows = [...Object.values(verbs).map(({ verb }) => verb), null].map((verb) => [
    verb ?? 'unknown',
    permissions.filter((permission) => mayCommand(permission, verb)).join(' '),
  ]);
  expect(Object.fromEntries(rows)).toMatchInlineSnapshot(`
    {
      "answer": "admin maintain write",
      "help": "admin maintain write triage",
      "pause": "admin maintain write",
      "resume": "admin maintain write",
      "retry": "admin maintain write",
      "status": "admin maintain write triage",
      "stop": "admin maintain write",
      "unknown": "admin maintain write triage",
    }
  `);
});

test('docs/commands.md tells who may give each command', () => {
  const page = readFileSync('docs/commands.md', 'utf8');
  for (const { usage, needs } of Object.values(verbs)) {
    expect(page).toMatch(new RegExp(`\\| \`/reeve ${usage}\` +\\| ${needs} `));
  }
});
