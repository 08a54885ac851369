import { expect, test } from 'vitest';

import { limitReached, type Progress } from './limits.ts';

const limits = {
  wallMs: 300_000,
  silenceMs: 60_000,
  outputBytesMax: 100,
  memoryMiBMax: 2000,
  processesMax: 300,
  diskMiBMax: 2000,
  costMicroUsdMax: null,
  tokensMax: null,
  askGraceMs: 10_000,
  stopGraceMs: 1,
};
const progress: Progress = { startedAt: 1000, outputAt: 1000, outputBytes: 0, askedAt: null };

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
])('%s', (_, changes, now, reached) => {
  const limit = limitReached(limits, { ...progress, ...changes }, now);
  expect(limit && `${limit.reason}: ${limit.detail}`).toBe(reached);
});
