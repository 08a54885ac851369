import { expect, test } from 'vitest';

import { heardIn } from './heard.ts';

const now = Date.UTC(2026, 10, 20, 9, 12);
const counted = (reset: number): Readonly<Record<string, string>> => ({
  ...{ 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999', 'x-ratelimit-resource': 'core' },
  'x-ratelimit-reset': String(reset),
});

test('the reset is told in our own time, whatever GitHub’s clock says', () => {
  const theirs = now + 3_600_000;
  const date = new Date(theirs).toUTCString();
  const { primary } = heardIn({ status: 200, message: '', headers: { ...counted(theirs / 1000 + 60), date } }, now);
  expect(primary).toEqual({ resource: 'core', limit: 5000, remaining: 4999, resetAt: now + 60_000 });
  expect(heardIn({ status: 304, message: '', headers: counted(now / 1000 + 60) }, now)).toMatchObject({
    isFree: true,
    primary: { resetAt: now + 60_000 },
  });
});

test.each([
  ['429 alone', { status: 429, headers: {}, message: '' }, { until: null }],
  ['403 with a time', { status: 403, headers: { 'retry-after': '7' }, message: '' }, { until: now + 7000 }],
  [
    '403 by its words',
    { status: 403, headers: {}, message: 'You have exceeded a secondary rate limit' },
    { until: null },
  ],
  ['a time that has passed', { status: 429, headers: { 'retry-after': '0' }, message: '' }, { until: null }],
  ['a time that is no time', { status: 429, headers: { 'retry-after': 'soon' }, message: '' }, { until: null }],
  [
    'longer than GitHub ever says',
    { status: 429, headers: { 'retry-after': '99999' }, message: '' },
    { until: now + 3_600_000 },
  ],
  [
    '403 for another reason',
    { status: 403, headers: counted(now / 1000), message: 'Resource not accessible by integration' },
    null,
  ],
  ['404', { status: 404, headers: { 'retry-after': '7' }, message: '' }, null],
] as const)('%s', (_, answered, limited) => {
  expect(heardIn(answered, now).limited).toEqual(limited);
});

test('an answer without headers says nothing', () => {
  expect(heardIn({ status: 200, headers: {}, message: '' }, now)).toEqual({
    limited: null,
    primary: null,
    isFree: false,
  });
});
