import { expect, test } from 'vitest';

import { endOfAgent } from './end-of-agent.ts';

const ended = { exit: { exitCode: 0, signal: null }, ending: null, hasAsked: false, lastWords: '', survivors: 0 };
const exit = (exitCode: number | null, signal: string | null = null) => ({ exit: { exitCode, signal } });

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
])('%s', (_, changes, expected) => {
  expect(endOfAgent({ ...ended, sandbox: 'none', ...changes })).toMatchObject(expected);
});
