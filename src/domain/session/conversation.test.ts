import { expect, test } from 'vitest';

import { runIdOf, sessionIdOf } from '../ids.ts';
import { conversationWith, leaveIn } from './conversation.ts';
import type { RunRecord, RunRecordEnd } from './session.ts';

const session = { conversationId: 'first' };
const mark = (id: string) => ({ id, total: { costMicroUsd: 5, tokens: null } });

function runs(
  ...of: readonly [agent: string | null, conversationId: string, end: Omit<RunRecordEnd, 'at'>][]
): RunRecord[] {
  return of.map(([name, conversationId, end], index) => ({
    ...{ id: runIdOf(sessionIdOf(1, 1, 1), index + 1), startedAt: index, end: { ...end, at: index } },
    ...(name === null ? {} : { agent: { name, conversationId } }),
  }));
}

test.each<[string, RunRecord[], ReturnType<typeof conversationWith>]>([
  ['nobody has worked yet', [], { conversationId: 'first', isResume: false, mark: null }],
  [
    'a run that was never started left no conversation',
    runs(['codex', 'first', { reason: 'launch-failed' }]),
    { conversationId: 'first', isResume: false, mark: null },
  ],
  [
    'it goes on where it was, by the name that it gave last',
    runs(['codex', 'first', { reason: 'asked', mark: mark('a') }], ['codex', 'first', { reason: 'crashed' }]),
    { conversationId: 'first', isResume: true, mark: mark('a') },
  ],
  [
    'the conversation of another agent is not its own, nor is its name free',
    runs(['claude', 'first', { reason: 'rate-limited', mark: mark('a') }]),
    { conversationId: null, isResume: false, mark: null },
  ],
  [
    'one that was too long is not gone on with',
    runs(['codex', 'first', { reason: 'context-full', mark: mark('a') }]),
    { conversationId: null, isResume: false, mark: null },
  ],
  [
    'nor is its mark remembered in the new one',
    runs(['codex', 'first', { reason: 'context-full', mark: mark('a') }], ['codex', 'second', { reason: 'asked' }]),
    { conversationId: 'second', isResume: true, mark: null },
  ],
  [
    'a run of before there was a choice is of whoever goes on',
    runs([null, '', { reason: 'asked' }]),
    { conversationId: 'first', isResume: true, mark: null },
  ],
])('%s', (_, earlier, expected) => {
  expect(conversationWith(session, earlier, 'codex')).toEqual(expected);
});

test('leave is what people gave with the first option; a refusal is the second one, and words are neither', () => {
  const permissions = [{ tool: 'shell', subject: 'npm publish' }] as const;
  const question = { number: 1, text: 'May it?', options: ['Allow it', 'No'], askedAt: 1, permissions };
  const answer = { text: 'a', by: { id: 1, login: 'ada' }, at: 2 };
  const leave = (option: number | null) => leaveIn({ questions: [{ ...question, answer: { ...answer, option } }] });
  const refused = { grants: [], refusals: permissions };
  expect([leave(0), leave(1), leave(null)]).toEqual([
    { grants: permissions, refusals: [] },
    refused,
    { grants: [], refusals: [] },
  ]);
  expect(leaveIn({ questions: [{ ...question, answer: null }] })).toEqual({ grants: [], refusals: [] });
});
