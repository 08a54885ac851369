import { expect, test } from 'vitest';

import { type Clues, endOf } from './ends.ts';
import { readMessage, type ResultMessage } from './messages.ts';

/** The results as 2.1.328 gave them, without what we do not read. */
const failure = { is_error: true, subtype: 'success', terminal_reason: 'api_error', stop_reason: 'stop_sequence' };
const seen: [string, object, Partial<Clues>][] = [
  ['done', { is_error: false, subtype: 'success', terminal_reason: 'completed', result: 'done' }, {}],
  ['401', { ...failure, api_error_status: 401, result: 'Invalid API key' }, { error: 'authentication_failed' }],
  ['no key', { ...failure, api_error_status: null, result: 'Not logged in' }, { error: 'authentication_failed' }],
  ['402', { ...failure, api_error_status: 402, result: 'API Error: 402' }, { error: 'unknown' }],
  ['no credit', { ...failure, api_error_status: 400, result: 'Credit balance' }, { error: 'billing_error' }],
  ['429', { ...failure, api_error_status: 429, result: 'Rejected (429)' }, { error: 'rate_limit' }],
  ['limit until', { ...failure, api_error_status: 429, result: 'Rejected' }, { limitedUntil: 5 }],
  ['500', { ...failure, api_error_status: 500, result: 'API Error: 500' }, { error: 'server_error' }],
  ['unreachable', { ...failure, api_error: 'connection_failed', result: 'Refused' }, { error: 'server_error' }],
  ['no model', { ...failure, api_error_status: 404, result: 'No such model' }, { error: 'model_not_found' }],
  ['too long', { ...failure, terminal_reason: 'prompt_too_long', api_error_status: 400, result: 'Too long' }, {}],
  ['413', { ...failure, terminal_reason: 'image_error', api_error_status: 413, result: 'Too large' }, {}],
  ['window', { ...failure, api_error: 'max_output_tokens', result: 'has reached its context window limit' }, {}],
  ['cut', { ...failure, api_error: 'max_output_tokens', result: 'exceeded the 128000 output token maximum' }, {}],
  ['refusal', { ...failure, stop_reason: 'refusal', result: 'Flagged' }, { error: 'invalid_request' }],
  ['quiet refusal', { is_error: false, subtype: 'success', stop_reason: 'refusal', result: '' }, {}],
  ['turns', { is_error: true, subtype: 'error_max_turns', terminal_reason: 'max_turns', errors: ['Too many'] }, {}],
  ['broken', { is_error: true, subtype: 'error_during_execution', errors: ['a', 'b'] }, {}],
  ['nothing at all', {}, {}],
];

test('each result that was seen has its end', () => {
  const ends = seen.map(([name, fields, clues]) => {
    const result = readMessage(JSON.stringify({ type: 'result', ...fields })) as ResultMessage;
    const end = endOf(result, { error: null, limitedUntil: null, ...clues }, false);
    const { kind, ...more } = end;
    return `${name} → ${kind} ${Object.keys(more).length > 0 ? JSON.stringify(more) : ''}`.trim();
  });
  expect(ends.join('\n')).toMatchInlineSnapshot(`
    "done → success
    401 → not-authenticated {"detail":"Invalid API key"}
    no key → not-authenticated {"detail":"Not logged in"}
    402 → out-of-credit {"detail":"API Error: 402"}
    no credit → out-of-credit {"detail":"Credit balance"}
    429 → rate-limited {"until":null,"detail":"Rejected (429)"}
    limit until → rate-limited {"until":5,"detail":"Rejected"}
    500 → model-failed {"detail":"API Error: 500"}
    unreachable → model-failed {"detail":"Refused"}
    no model → model-failed {"detail":"No such model"}
    too long → context-full {"detail":"Too long"}
    413 → context-full {"detail":"Too large"}
    window → context-full {"detail":"has reached its context window limit"}
    cut → model-failed {"detail":"exceeded the 128000 output token maximum"}
    refusal → refused {"detail":"Flagged"}
    quiet refusal → refused {"detail":"success"}
    turns → crashed {"detail":"Too many"}
    broken → crashed {"detail":"a b"}
    nothing at all → crashed {"detail":""}"
  `);
});
