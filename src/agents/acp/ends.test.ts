import { expect, test } from 'vitest';

import { endOfFailure, endOfTurn } from './ends.ts';

const NOW = 1_000_000;

test('an answer that does not say how the turn ended is no success', () => {
  expect(endOfTurn({ stopReason: 'end_turn' })).toBeNull();
  for (const answer of [{}, { stopReason: 'done' }, { stopReason: 1 }, { result: 'end_turn' }])
    expect(endOfTurn(answer)?.kind).toBe('crashed');
});

// As the programs tell them: OpenCode in words alone, Gemini with the model's status as the code.
test.each([
  ['opencode', -32603, 'Internal error: invalid x-api-key', { errorName: 'APIError' }, 'not-authenticated'],
  ['opencode', -32000, 'Authentication required: provider authentication required', {}, 'not-authenticated'],
  ['opencode', -32603, 'Internal error: Your credit balance is too low', {}, 'out-of-credit'],
  [
    'opencode',
    -32603,
    'Internal error: You exceeded your current quota, check your plan and billing',
    {},
    'out-of-credit',
  ],
  ['opencode', -32603, 'Internal error: Rate limit reached for requests', {}, 'rate-limited'],
  ['opencode', -32603, 'Internal error: too big', { errorName: 'ContextOverflowError' }, 'context-full'],
  ['opencode', -32603, 'Internal error: prompt is too long: 210000 tokens > 200000 maximum', {}, 'context-full'],
  ['opencode', -32603, 'Internal error: Overloaded', {}, 'model-failed'],
  ['opencode', -32603, 'Internal error', undefined, 'model-failed'],
  ['gemini', 401, '{"error":{"code":401,"message":"no"}}', undefined, 'not-authenticated'],
  ['gemini', 403, 'no', undefined, 'not-authenticated'],
  ['gemini', 402, 'no', undefined, 'out-of-credit'],
  ['gemini', 429, 'Rate limit exceeded. Try again later.', undefined, 'rate-limited'],
  ['gemini', 500, 'a rate limit, says the model: 401', undefined, 'model-failed'],
  ['gemini', 400, 'The input exceeds the maximum number of tokens allowed', undefined, 'context-full'],
  ['another', 'no code', null, 'words', 'model-failed'],
])('what %s answers with %s "%s" is understood', (...[, code, message, data, kind]) => {
  expect(endOfFailure({ code, message, data }, NOW).kind).toBe(kind);
});

test.each([
  ['Rate limit: please try again in 20s', NOW + 20_000],
  ['429, retry after 1.5 minutes', NOW + 90_000],
  ['429 {"retryDelay": "30s"}', NOW + 30_000],
  ['429 retry after 250 ms', NOW + 250],
  ['429 retry after 999999999 hours', null],
  ['429 later', null],
])('from "%s" we know until when', (message, until) => {
  expect(endOfFailure({ code: -32603, message, data: null }, NOW)).toMatchObject({ kind: 'rate-limited', until });
});

test('its words are cut to a sentence or two of one line', () => {
  const { detail } = endOfFailure({ code: 500, message: `a\nb${'x'.repeat(100_000)}`, data: null }, NOW) as {
    detail: string;
  };
  expect(detail).toMatch(/^a bx{400,}…$/);
  expect(detail.length).toBeLessThanOrEqual(500);
});
