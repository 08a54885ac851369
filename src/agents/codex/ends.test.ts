import { expect, test } from 'vitest';

import { endOfError, endOfTurn, retryAtOf } from './ends.ts';
import type { TurnError } from './protocol.ts';

const now = 1_800_000_000_000;
const none = { windows: [], now };
const error = (
  message: string,
  codexErrorInfo: unknown = 'other',
  additionalDetails: string | null = null,
): TurnError => ({
  message,
  codexErrorInfo,
  additionalDetails,
});
const http = (status: number | null): unknown => ({ httpConnectionFailed: { httpStatusCode: status } });

test('what each error of Codex 0.169 means', () => {
  const seen: [string, TurnError][] = [
    ['401', error('unexpected status 401 Unauthorized: Incorrect API key', http(401))],
    ['402', error('unexpected status 402 Payment Required', http(402))],
    ['403', error('unexpected status 403 Forbidden: no access', http(403))],
    ['404', error('The model does not exist', 'modelNotFound')],
    ['413', error('unexpected status 413 Payload Too Large', http(413))],
    ['429', error('exceeded retry limit', { responseTooManyFailedAttempts: { httpStatusCode: 429 } })],
    ['429 in a retry', error('Reconnecting... 1/2', { responseStreamDisconnected: { httpStatusCode: 429 } })],
    ['429 of the stream', error('rate limit exceeded: Please try again in 11.054s.', 'rateLimitExceeded')],
    ['its retry', error('Reconnecting... 1/2', http(null), 'rate limit exceeded: Please try again in 6m0.5s.')],
    ['quota', error('Quota exceeded. Check your plan and billing details.', 'usageLimitExceeded')],
    ['500', error('high demand', 'internalServerError')],
    ['503', error('Selected model is at capacity.', 'serverOverloaded')],
    ['unreachable', error('Connection failed: error sending request', http(null))],
    ['cut off', error('stream disconnected before completion: stream closed before response.completed')],
    ['too long', error("Codex ran out of room in the model's context window.", 'contextWindowExceeded')],
    ['no key', error('Missing environment variable: `OPENAI_API_KEY`.')],
    ['policy', error('flagged as potentially violating our usage policy')],
    ['filter', error('stream disconnected: Incomplete response returned, reason: content_filter')],
    ['cyber', error('flagged', 'cyberPolicy')],
    ['nonsense', error('?', { a: 7 })],
    ['nothing', error('?', {})],
  ];
  const table = seen.map(([name, one]) => {
    const end = endOfError(one, none);
    return `${name}: ${end.kind}${'until' in end && end.until !== null ? ` for ${end.until - now} ms` : ''}`;
  });
  expect(table).toMatchInlineSnapshot(`
    [
      "401: not-authenticated",
      "402: out-of-credit",
      "403: not-authenticated",
      "404: model-failed",
      "413: context-full",
      "429: rate-limited",
      "429 in a retry: rate-limited",
      "429 of the stream: rate-limited for 11054 ms",
      "its retry: rate-limited for 360500 ms",
      "quota: out-of-credit",
      "500: model-failed",
      "503: model-failed",
      "unreachable: model-failed",
      "cut off: model-failed",
      "too long: context-full",
      "no key: not-authenticated",
      "policy: refused",
      "filter: refused",
      "cyber: refused",
      "nonsense: model-failed",
      "nothing: model-failed",
    ]
  `);
});

test('a full window says when it opens again, if that can be', () => {
  const limit = error('You’ve hit your usage limit.', 'usageLimitExceeded');
  const full = (resetsAt: number | null) => ({ windows: [{ usedPercent: 100, resetsAt }], now });
  expect(endOfError(limit, full(now / 1000 + 60))).toMatchObject({ kind: 'rate-limited', until: now + 60_000 });
  expect(endOfError(limit, full(null))).toMatchObject({ kind: 'rate-limited', until: null });
  expect(endOfError(limit, full(now / 1000 - 60))).toMatchObject({ kind: 'rate-limited', until: null });
  expect(endOfError(limit, full(now * 10))).toMatchObject({ kind: 'rate-limited', until: null });
  expect(endOfError(limit, { windows: [{ usedPercent: 99, resetsAt: now / 1000 + 60 }], now }).kind).toBe(
    'out-of-credit',
  );
});

test('a success with an error is that error, and a turn that says nothing has crashed', () => {
  const boom = error('unexpected status 401', http(401));
  const end = (status: string, own: TurnError | null, heard: TurnError | null = null) =>
    endOfTurn({ id: 't', status, error: own }, heard, none).kind;
  expect(end('completed', null)).toBe('success');
  expect(end('completed', null, boom)).toBe('success');
  expect(end('completed', boom)).toBe('not-authenticated');
  expect(end('failed', null, boom)).toBe('not-authenticated');
  expect(end('failed', null)).toBe('crashed');
  expect(end('interrupted', null)).toBe('crashed');
  expect(end('inProgress', null)).toBe('crashed');
});

test('details are bounded', () => {
  const end = endOfError(error('x\n'.repeat(1_000_000)), none);
  expect('detail' in end && end.detail.length).toBe(500);
});

test('a time to try again is read, and no absurd one', () => {
  expect(retryAtOf(error('try again in 1h2m3s'), now)).toBe(now + 3_723_000);
  expect(retryAtOf(error('try again in 250ms.'), now)).toBe(now + 250);
  expect(retryAtOf(error('try again in 99999999d'), now)).toBeNull();
  expect(retryAtOf(error('try again later'), now)).toBeNull();
});
