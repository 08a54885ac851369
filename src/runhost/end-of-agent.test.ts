import { expect, test } from 'vitest';

import { endOfAgent } from './end-of-agent.ts';

const ended = {
  ...{ exit: { exitCode: 0, signal: null }, ending: null, conversation: null, hasAsked: false, lastWords: '' },
  survivors: 0,
};
const exit = (exitCode: number | null, signal: string | null = null) => ({ exit: { exitCode, signal } });

test('an end holds what an end is, and nothing of how it was brought about', () => {
  const ending = { reason: 'stopped', detail: 'It was stopped.', askAt: 1, killAt: 2 } as const;
  expect(Object.keys(endOfAgent({ ...ended, sandbox: 'none', ending })).sort()).toEqual([
    ...['detail', 'exitCode', 'reason', 'signal'],
  ]);
});

test.each<[string, Partial<Parameters<typeof endOfAgent>[0]>, object]>([
  ['exit 0', {}, { reason: 'finished', exitCode: 0, detail: 'It finished.' }],
  ['exit 0 after a question', { hasAsked: true }, { reason: 'asked', detail: 'It asked a question and ended.' }],
  ['a failure after a question', { ...exit(1), hasAsked: true }, { reason: 'crashed', exitCode: 1 }],
  [
    'a failure with last words',
    { ...exit(2), lastWords: 'no disk' },
    { reason: 'crashed', detail: 'It ended with exit code 2. Its last words: no disk' },
  ],
  ['a signal', exit(null, 'SIGABRT'), { reason: 'crashed', signal: 'SIGABRT', detail: 'It was killed by SIGABRT.' }],
  ['a signal as a sandbox tells it', { ...exit(139), sandbox: 'bwrap' }, { exitCode: null, signal: 'SIGSEGV' }],
  ['a high exit code without a sandbox', exit(139), { exitCode: 139, signal: null }],
  ['an exit code that is no signal', { ...exit(255), sandbox: 'bwrap' }, { exitCode: 255, signal: null }],
  [
    'a sandbox that failed',
    { ...exit(1), sandbox: 'bwrap', lastWords: "bwrap: Can't find source path /w" },
    { reason: 'not-started', detail: "Its sandbox could not be made: bwrap: Can't find source path /w" },
  ],
  [
    'our own cause outranks its exit',
    { ...exit(null, 'SIGKILL'), ending: { reason: 'timed-out', detail: 'Too long.' } },
    { reason: 'timed-out', signal: 'SIGKILL', detail: 'Too long.' },
  ],
  ['survivors', { survivors: 2 }, { detail: 'It finished. 2 of its processes could not be killed.' }],
  ['a conversation that succeeded', { conversation: { kind: 'success' } }, { reason: 'finished' }],
  [
    'one that succeeded, of a program that then failed',
    { ...exit(1), conversation: { kind: 'success' } },
    { reason: 'finished' },
  ],
  ['one that succeeded after a question', { conversation: { kind: 'success' }, hasAsked: true }, { reason: 'asked' }],
  ['one that waits for people', { conversation: { kind: 'needs-input', detail: 'Which?' } }, { reason: 'asked' }],
  ['one that was refused', { conversation: { kind: 'refused', detail: 'No.' } }, { reason: 'declined', detail: 'No.' }],
  [
    'one that was limited',
    { conversation: { kind: 'rate-limited', until: 7, detail: 'Later.' } },
    { reason: 'rate-limited', detail: 'Later.', retryAt: 7 },
  ],
  [
    'one that was limited, nobody knows how long',
    { conversation: { kind: 'rate-limited', until: null, detail: 'Later.' } },
    { reason: 'rate-limited', exitCode: 0, signal: null, detail: 'Later.' },
  ],
  ['one without credit', { conversation: { kind: 'out-of-credit', detail: 'Pay.' } }, { reason: 'out-of-credit' }],
  [
    'one with a bad key',
    { conversation: { kind: 'not-authenticated', detail: 'Bad.' } },
    { reason: 'not-authenticated' },
  ],
  ['one that is full', { conversation: { kind: 'context-full', detail: 'Full.' } }, { reason: 'context-full' }],
  ['one whose model failed', { conversation: { kind: 'model-failed', detail: '500.' } }, { reason: 'model-failed' }],
  ['one that somebody interrupted', { conversation: { kind: 'interrupted' } }, { reason: 'crashed' }],
  [
    'one that broke off, whatever the exit code',
    { conversation: { kind: 'crashed', detail: 'Its output ended.' }, lastWords: 'Bye.' },
    { reason: 'crashed', detail: 'It ended with exit code 0. Its output ended. Its last words: Bye.' },
  ],
  [
    'one that broke off after a question',
    { conversation: { kind: 'crashed', detail: 'Its output ended.' }, hasAsked: true },
    { reason: 'asked' },
  ],
  [
    'our own cause outranks what a conversation came to',
    { ending: { reason: 'stopped', detail: 'It was stopped.' }, conversation: { kind: 'success' } },
    { reason: 'stopped' },
  ],
])('%s', (_, changes, expected) => {
  expect(endOfAgent({ ...ended, sandbox: 'none', ...changes })).toMatchObject(expected);
});
