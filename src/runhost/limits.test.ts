import { expect, test } from 'vitest';

import { limitReached, type Progress } from './limits.ts';

const limits = {
  wallMs: 300_000,
  silenceMs: 60_000,
  outputBytesMax: 100,
  memoryMiBMax: 2000,
  processesMax: 300,
  diskMiBMax: 2000,
  costMicroUsdMax: 5_000_000,
  tokensMax: 9,
  askGraceMs: 10_000,
  stopGraceMs: 1,
};
const progress: Progress = {
  startedAt: 1000,
  outputAt: 1000,
  outputBytes: 0,
  askedAt: null,
  memoryMiB: null,
  processes: null,
  diskMiB: null,
  isDiskHidden: false,
  costMicroUsd: null,
  tokens: null,
};

test.each<[string, Partial<Progress>, number, string | null]>([
  ['nothing at the start', {}, 1000, null],
  ['nothing just before silence is too long', {}, 60_999, null],
  ['silence', {}, 61_000, 'silent: It wrote nothing for 60 s.'],
  ['nothing while it writes', { outputAt: 250_000 }, 300_999, null],
  ['time', { outputAt: 300_999 }, 301_000, 'timed-out: It ran longer than 5 min.'],
  ['bytes at the bound are allowed', { outputBytes: 100 }, 1000, null],
  ['bytes', { outputBytes: 101 }, 1000, 'output-flood: It wrote more than 100 bytes.'],
  ['an agent that just asked', { askedAt: 50_000, outputAt: 50_000 }, 59_999, null],
  [
    'an agent that asked and goes on',
    { askedAt: 50_000, outputAt: 59_000 },
    60_000,
    'asked: It asked a question and was ended when it did not end by itself.',
  ],
  [
    'as much as is allowed',
    { memoryMiB: 2000, processes: 300, diskMiB: 2000, costMicroUsd: 5_000_000, tokens: 9 },
    1000,
    null,
  ],
  [
    'memory',
    { memoryMiB: 2001 },
    1000,
    'too-much-memory: It used 2001 MiB of memory; 2000 are allowed (REEVE_RUN_MEMORY_MB).',
  ],
  [
    'processes',
    { processes: 301 },
    1000,
    'too-many-processes: It had 301 processes; 300 are allowed (REEVE_RUN_PROCESSES).',
  ],
  [
    'disk',
    { diskMiB: 2001 },
    1000,
    'disk-full: Its workspace took 2001 MiB of the disk; 2000 are allowed (REEVE_RUN_DISK_MB).',
  ],
  [
    'what is hidden',
    { isDiskHidden: true },
    1000,
    expect.stringMatching(/^disk-full: It hid part of its workspace/) as string,
  ],
  ['money', { costMicroUsd: 5_120_000 }, 1000, 'over-budget: It spent 5.12 US dollars; 5 US dollars are allowed.'],
  ['tokens', { tokens: 10 }, 1000, 'over-budget: It used 10 tokens; 9 are allowed.'],
  [
    'what hurts the machine before all else',
    { processes: 301, tokens: 10 },
    301_000,
    'too-many-processes: It had 301 processes; 300 are allowed (REEVE_RUN_PROCESSES).',
  ],
])('%s', (_, changes, now, reached) => {
  const limit = limitReached(limits, { ...progress, ...changes }, now);
  expect(limit && `${limit.reason}: ${limit.detail}`).toEqual(reached);
});

test('nobody limits what a run may spend unless it is said', () => {
  const spent = { ...progress, costMicroUsd: 1e12, tokens: 1e12 };
  expect(limitReached({ ...limits, costMicroUsdMax: null, tokensMax: null }, spent, 1000)).toBe(null);
});
