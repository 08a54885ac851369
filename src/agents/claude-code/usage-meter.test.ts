import { expect, test } from 'vitest';

import type { Usage } from '../../domain/run/conversation.ts';
import { type ModelUsage, readMessage, type ResultMessage } from './messages.ts';
import { UsageMeter } from './usage-meter.ts';

function result(cost: number, tokens: number, fresh?: ModelUsage): ResultMessage {
  const model = { opus: { inputTokens: tokens, costUSD: cost } };
  const line = { type: 'result', total_cost_usd: cost, modelUsage: model, model_usage_since_last_result: fresh };
  return readMessage(JSON.stringify(line)) as ResultMessage;
}

const used = (costMicroUsd: number | null, tokens: number | null): Usage => ({ costMicroUsd, tokens });

test.each<[string, Usage | null, ResultMessage[], { readonly run: Usage; readonly total: Usage }]>([
  ['a new conversation', null, [result(0.001, 10)], { run: used(1000, 10), total: used(1000, 10) }],
  [
    'totals turned into differences',
    used(1000, 10),
    [result(0.003, 30)],
    { run: used(2000, 20), total: used(3000, 30) },
  ],
  ['two turns', used(1000, 10), [result(0.003, 30), result(0.004, 35)], { run: used(3000, 25), total: used(4000, 35) }],
  ['a total that was not saved', used(9000, 90), [result(0.003, 30)], { run: used(3000, 30), total: used(12000, 120) }],
  [
    'what is new is told',
    used(9000, 90),
    [result(0.003, 30, { opus: { outputTokens: 4, costUSD: 0.002 }, haiku: { cacheReadInputTokens: 3 } })],
    { run: used(2000, 7), total: used(11000, 97) },
  ],
  ['a start that failed tells zero', used(1000, 10), [result(0, 0, {})], { run: used(0, 0), total: used(1000, 10) }],
])('%s', (_, before, results, { run, total }) => {
  const meter = new UsageMeter(before);
  for (const one of results) meter.addResult(one);
  expect(meter.used).toEqual(run);
  expect(meter.total).toEqual(total);
});

test('a reply in pieces counts once, and a result never takes back what was told', () => {
  const meter = new UsageMeter(null);
  expect(meter.used).toEqual(used(null, null));
  meter.addReply('a', { input_tokens: 10, output_tokens: 1 });
  meter.addReply('a', { input_tokens: 10, output_tokens: 5 });
  meter.addReply('b', { cache_read_input_tokens: 20, cache_creation_input_tokens: 2 });
  expect(meter.used).toEqual(used(null, 37));
  meter.addResult(result(0.001, 30));
  expect(meter.used).toEqual(used(1000, 37));
});

test('a program that counts each process alone cannot have counted what came before', () => {
  const meter = new UsageMeter(used(1000, 10));
  meter.addReply('a', { input_tokens: 10 });
  meter.addResult(result(0.001, 10));
  expect(meter.used).toEqual(used(1000, 10));
  meter.addReply('b', { input_tokens: 5 });
  meter.addResult(result(0.0015, 15));
  expect(meter.used).toEqual(used(1500, 15));
  expect(meter.total).toEqual(used(2500, 25));
});
