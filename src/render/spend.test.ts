import { expect, it } from 'vitest';
import { spendText } from './spend.ts';

it.each([
  [null, null, null],
  [420_000, null, '$0.42'],
  [null, 999, '999 tokens'],
  [1_500_000, 12_345, '$1.50 · 12.3k tokens'],
  [null, 2_500_000, '2.5M tokens'],
])('%s and %s give %s', (costMicroUsd, tokens, text) => {
  expect(spendText({ agentMs: 1, costMicroUsd, tokens })).toBe(text);
});
