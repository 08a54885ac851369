import { expect, test } from 'vitest';

import type { AgentEvent } from '../domain/run/conversation.ts';
import { clipped, narrate, narrateEnd, narrateMessage, narratePermission } from './narration.ts';

test('an agent at work, as who watches reads it', () => {
  const events: AgentEvent[] = [
    { kind: 'conversation', mark: { id: 'c', total: { costMicroUsd: null, tokens: null } } },
    { kind: 'text', text: 'I look first.\n' },
    { kind: 'tool-use', tool: 'shell', title: 'grep -n owl\n  src' },
    { kind: 'tool-result', tool: 'shell', isError: false, text: 'src/a.ts:1: owl\nsrc/b.ts:2: owl\n' },
    { kind: 'tool-result', tool: 'edit', isError: false, text: '' },
    { kind: 'tool-use', tool: 'edit', title: 'src/a.ts' },
    { kind: 'tool-result', tool: 'edit', isError: true, text: 'No such file' },
    { kind: 'file-change', path: 'src/a.ts' },
    { kind: 'usage', usage: { costMicroUsd: 1, tokens: 1 } },
    { kind: 'retrying', detail: 'Overloaded', retryAt: 0 },
    { kind: 'retrying', detail: 'Overloaded', retryAt: null },
    { kind: 'error', detail: 'A line of 100 MB was passed over.' },
  ];
  const request = { tool: 'shell', toolName: 'Bash', subject: 'git push\norigin' } as const;
  const told = [
    ...events.map(narrate),
    narratePermission(request, { verdict: 'allow' }),
    narratePermission({ ...request, tool: 'mcp', toolName: 'search' }, { verdict: 'deny', why: 'A rule forbids it.' }),
    narratePermission(request, 'asked'),
    narrateMessage('Make it\nblue.'),
    narrateEnd({ kind: 'refused', detail: 'I will not.' }),
    narrateEnd({ kind: 'success' }),
  ];
  expect(told.join('')).toMatchInlineSnapshot(`
    "I look first.
    $ grep -n owl src
      src/a.ts:1: owl
      src/b.ts:2: owl
    > edit: src/a.ts
    ! It failed:
      No such file
    > changed src/a.ts
    ! It tries its model again at 1970-01-01T00:00:00.000Z: Overloaded
    ! It tries its model again: Overloaded
    ! A line of 100 MB was passed over.
    ? It asks for leave: shell: git push origin
    ! Allowed.
    ? It asks for leave: search: git push origin
    ! Not allowed: A rule forbids it.
    ? It asks for leave: shell: git push origin
    ! People are asked.
    ! It was told: Make it blue.
    ! The conversation ended: refused: I will not.
    ! The conversation ended: success
    "
  `);
});

test('a long result is cut, and a letter of two halves is not', () => {
  expect(narrate({ kind: 'tool-result', tool: 'x', isError: false, text: 'y'.repeat(1e6) })?.length).toBe(2003);
  expect(clipped('abcd', 4)).toBe('abcd');
  expect(clipped('abcde', 4)).toBe('abc…');
  expect(clipped('ab🦉de', 4)).toBe('ab…');
});
