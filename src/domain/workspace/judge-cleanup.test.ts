import { describe, expect, test } from 'vitest';

import { sessionId } from '../ids.ts';
import { openStates } from '../session/session.ts';
import type { WorkspaceFacts } from './facts.ts';
import { judgeCleanup } from './judge-cleanup.ts';

const DAY_MS = 86_400_000;
const owner = { id: sessionId('7-1-1'), state: 'failed', isSettled: true } as const;
const facts: WorkspaceFacts = {
  ...{ kind: 'workspace', owner, usedBy: [], lock: null, work: { kind: 'kept' }, ageMs: 0 },
};
const detail = 'It holds files that were not committed.';
const anytime = { asker: 'clean-up', isDiskShort: false } as const;
const short = { asker: 'clean-up', isDiskShort: true } as const;
const keeps = (reason: RegExp) => ({ act: 'keep', reasons: [expect.stringMatching(reason)] });

test.each<[string, Partial<WorkspaceFacts>, object]>([
  ['of an ended session whose work is kept', {}, { act: 'remove' }],
  ['nobody has looked into', { work: null }, { act: 'look' }],
  ['dirty', { work: { kind: 'unkept', detail } }, { act: 'preserve-and-remove' }],
  ['unreadable', { work: { kind: 'unreadable', detail: 'Broken.' } }, keeps(/cannot be kept elsewhere: Broken/)],
  ['used by a live run', { usedBy: ['7-2-1-r1'] }, keeps(/The run 7-2-1-r1 works in it/)],
  ['locked', { lock: 'mine' }, keeps(/locked: mine/)],
  ['a link', { kind: 'link', owner: null }, keeps(/link, which Reeve did not make/)],
  ['something else', { kind: 'other', owner: null }, keeps(/no workspace/)],
  ['a new draft', { kind: 'draft', owner: null, ageMs: 1 }, keeps(/being made or removed/)],
  ['an old draft', { kind: 'draft', owner: null, ageMs: DAY_MS }, { act: 'remove' }],
  ['of an unknown session, new', { owner: null }, keeps(/changed within a day/)],
  ['of an unknown session, old', { owner: null, ageMs: DAY_MS }, { act: 'remove' }],
  [
    'of an unknown session, old and dirty',
    { owner: null, ageMs: DAY_MS, work: { kind: 'unkept', detail } },
    { act: 'preserve-and-remove' },
  ],
  ['the server is about to clean up', { owner: { ...owner, isSettled: false } }, keeps(/the server settles it/)],
])('one that is %s', (_, part, verdict) => {
  expect(judgeCleanup({ ...facts, ...part }, anytime)).toMatchObject(verdict);
});

test('every reason is told', () => {
  const crowded = { ...facts, usedBy: ['a', 'b'], lock: 'mine', owner: { ...owner, state: 'waiting' } as const };
  expect(judgeCleanup(crowded, anytime)).toEqual({
    act: 'keep',
    reasons: ['The run a works in it.', 'The run b works in it.', 'It is locked: mine', 'Its session is waiting.'],
  });
});

test.each(openStates)('one whose session is %s stays, whoever asks and however short the disk is', (state) => {
  const open = { ...facts, owner: { ...owner, state, isSettled: false } };
  for (const asks of [anytime, short]) expect(judgeCleanup(open, asks)).toEqual(keeps(/Its session is/));
});

describe('while the disk is short', () => {
  test('finished clean ones go and nothing else does', () => {
    expect(judgeCleanup(facts, short)).toMatchObject({ act: 'remove' });
    expect(judgeCleanup({ ...facts, work: { kind: 'unkept', detail } }, short)).toEqual(keeps(/too little room/));
    expect(judgeCleanup({ ...facts, lock: 'mine' }, short)).toMatchObject({ act: 'keep' });
    expect(judgeCleanup({ ...facts, usedBy: ['a'] }, short)).toMatchObject({ act: 'keep' });
  });
});

test('the settlement of a session removes what nobody else may', () => {
  const unsettled = { ...facts, owner: { ...owner, isSettled: false } };
  expect(judgeCleanup(unsettled, { asker: 'settlement', isDiskShort: false })).toMatchObject({ act: 'remove' });
});
