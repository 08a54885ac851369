import { beforeEach, expect, test } from 'vitest';

import { createRateLimits, type RateAnswer, type RateLimits } from './rate-limits.ts';

const start = 1_800_000_000_000;
let now: number;
let limits: RateLimits;

beforeEach(() => {
  now = start;
  limits = createRateLimits(() => now);
});

const get = { owner: 'installation 5', method: 'GET', resource: 'core' } as const;
const comment = { ...get, method: 'POST', createsContent: true };

function headers(answer: RateAnswer, status = 200): Readonly<Record<string, string>> {
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.end(status);
}

test('says what is left, and gives a 304 back', () => {
  expect(headers(limits.begin(get))).toEqual({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-used': '1',
    'x-ratelimit-reset': String(start / 1000 + 3600),
    'x-ratelimit-resource': 'core',
  });
  expect(headers(limits.begin(get), 304)).toMatchObject({ 'x-ratelimit-remaining': '4999' });
  expect(headers(limits.begin({ ...get, isFree: true }))).toMatchObject({ 'x-ratelimit-remaining': '4999' });
  expect(headers(limits.begin({ ...get, owner: 'user ada' }))).toMatchObject({ 'x-ratelimit-used': '1' });
  expect(limits.overview('installation 5').core).toMatchObject({ used: 1, remaining: 4999 });
});

test('refuses when the hour is used up, until it is over', () => {
  limits.configure({ core: 2 });
  headers(limits.begin(get));
  now += 1000;
  headers(limits.begin(get));
  expect(limits.begin(get)).toMatchObject({
    kind: 'refused',
    status: 403,
    message: 'API rate limit exceeded for installation 5.',
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(start / 1000 + 3600) },
  });
  expect(limits.begin({ ...get, isFree: true }).kind).toBe('allowed');
  now = start + 3_600_000;
  expect(headers(limits.begin(get))).toMatchObject({ 'x-ratelimit-remaining': '1' });
});

test('measures secondary limits always, and enforces them when told to', () => {
  for (let index = 0; index < 81; index += 1) headers(limits.begin(comment));
  expect(limits.meters()).toEqual([
    {
      owner: 'installation 5',
      requests: 81,
      writes: 81,
      notModified: 0,
      refused: 0,
      secondaryExceeded: 1,
      sentTooEarly: 0,
      primaryUsed: 81,
      peaks: {
        restPointsPerMinute: 405,
        graphqlPointsPerMinute: 0,
        contentPerMinute: 81,
        contentPerHour: 81,
        concurrency: 1,
      },
    },
  ]);
  limits.configure({ isSecondaryEnforced: true });
  expect(limits.begin(get)).toMatchObject({ kind: 'refused', status: 403, headers: { 'retry-after': '60' } });
  now += 30_000;
  expect(limits.begin(get).kind).toBe('refused');
  expect(limits.meters()[0]).toMatchObject({ refused: 2, sentTooEarly: 1 });
  now += 30_000;
  expect(limits.begin(get).kind).toBe('allowed'); // the window is free, but the second refusal had named a later time
  expect(limits.meters()[0]).toMatchObject({ refused: 2, sentTooEarly: 2 });
});

test('points: one for a read, five for a write, by REST and by GraphQL', () => {
  limits.configure({ isSecondaryEnforced: true });
  for (let index = 0; index < 180; index += 1) headers(limits.begin({ ...get, method: 'PATCH' }));
  expect(limits.begin(get).kind).toBe('refused');
  const query = { owner: 'app 17', method: 'POST', resource: 'graphql' } as const;
  headers(limits.begin(query));
  headers(limits.begin({ ...query, isMutation: true }));
  expect(limits.meters()[1]).toMatchObject({ writes: 1, peaks: { graphqlPointsPerMinute: 6, restPointsPerMinute: 0 } });
});

test('a hundred at the same time, and no more', () => {
  limits.configure({ isSecondaryEnforced: true });
  const open = Array.from({ length: 100 }, () => limits.begin(get));
  expect(limits.begin(get)).toMatchObject({ kind: 'refused', headers: { 'retry-after': '60' } });
  headers(open[0]!);
  expect(limits.begin(get).kind).toBe('allowed');
  expect(limits.meters()[0]!.peaks.concurrency).toBe(100);
});
