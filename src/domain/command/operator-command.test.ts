import { expect, test } from 'vitest';

import { sessionIdOf } from '../ids.ts';
import { commandBody, endOfNote, noteOfEnd } from './operator-command.ts';

test.each([
  { outcome: 'obeyed' },
  { outcome: 'obeyed', opened: sessionIdOf(5, 7, 2) },
  { outcome: 'refused', why: 'The issue is closed.' },
  { outcome: 'refused', why: 'refused: obeyed' },
] as const)('the note of %j can be read back', (end) => {
  expect(endOfNote(noteOfEnd(end))).toEqual(end);
});

test('a note that was made before the command was looked at says why it was not', () => {
  expect(endOfNote('gone: repository-archived')).toEqual({ outcome: 'refused', why: 'gone: repository-archived.' });
});

const session = sessionIdOf(5, 7, 1);
const repository = { id: 5, owner: 'o', name: 'r', defaultBranch: 'main', installationId: 9 };

test.each([
  [{ verb: 'submit', session }, true],
  [{ verb: 'resume', session }, true],
  [{ verb: 'answer', session, number: 1, text: 'b' }, true],
  [{ verb: 'answer', session, number: 1, text: '' }, false],
  [{ verb: 'answer', session, number: 1, text: 'x'.repeat(65_537) }, false],
  [{ verb: 'answer', session, text: 'b' }, false],
  [{ verb: 'merge', session }, false],
  [{ verb: 'stop', session, force: true }, false],
])('%j is a command: %s', (command, isOne) => {
  expect(commandBody.safeParse({ repository, issueNumber: 7, command }).success).toBe(isOne);
});
