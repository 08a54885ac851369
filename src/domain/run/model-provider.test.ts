import { expect, test } from 'vitest';

import { costMicroUsdOf, mayAskModel, tokensIn, type ModelProvider } from './model-provider.ts';

test.each<[string, unknown, object | null]>([
  [
    'anthropic, whole',
    { usage: { input_tokens: 10, cache_read_input_tokens: 5, output_tokens: 3 } },
    { input: 15, output: 3 },
  ],
  [
    'anthropic, begins',
    { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 1 } } },
    { input: 10, output: 1 },
  ],
  ['anthropic, ends', { type: 'message_delta', usage: { output_tokens: 30 } }, { input: 0, output: 30 }],
  [
    'openai responses',
    { type: 'response.completed', response: { usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 } } },
    { input: 7, output: 2 },
  ],
  ['openai chat', { usage: { prompt_tokens: 7, completion_tokens: 2 } }, { input: 7, output: 2 }],
  [
    'google',
    { usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, thoughtsTokenCount: 6 } },
    { input: 4, output: 8 },
  ],
  ['a text', { type: 'content_block_delta', delta: { text: '{"usage":{"input_tokens":9}}' } }, null],
  ['nonsense', { usage: { input_tokens: -1, output_tokens: 'all' } }, { input: 0, output: 0 }],
  ['nothing', null, null],
])('%s', (_, message, expected) => {
  expect(tokensIn(message)).toEqual(expected);
});

test.each<[ModelProvider, string, string, boolean]>([
  ['anthropic', 'POST', '/v1/messages', true],
  ['anthropic', 'GET', '/v1/messages', false],
  ['anthropic', 'POST', '/v1/messages/../organizations', false],
  ['anthropic', 'POST', '/v1/files', false],
  ['openai', 'POST', '/v1/responses', true],
  ['openai', 'POST', '/v1/chat/completions', true],
  ['openai', 'POST', '/v1/organization/admin_api_keys', false],
  ['openai', 'DELETE', '/v1/models/mine', false],
  ['google', 'POST', '/v1beta/models/gemini-3-pro:streamGenerateContent', true],
  ['google', 'POST', '/v1beta/models/gemini-3-pro:tune', false],
])('%s: %s %s asks a model: %s', (provider, method, path, expected) => {
  expect(mayAskModel(provider, method, path)).toBe(expected);
});

test('a price is for a million tokens, and a part of a micro dollar is a whole one', () => {
  const price = { input: 3_000_000, output: 15_000_000 };
  expect(costMicroUsdOf({ input: 1_000_000, output: 1000 }, price)).toBe(3_015_000);
  expect(costMicroUsdOf({ input: 1, output: 0 }, { input: 1, output: 1 })).toBe(1);
});
