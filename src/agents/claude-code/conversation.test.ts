import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { claudeCodeTask } from '../../../fixtures/agents/claude-code/task.ts';
import type { AgentEvent } from '../../domain/run/conversation.ts';
import type { AgentTask } from '../agent.ts';
import { ClaudeCodeConversation } from './conversation.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function open(changes: Partial<AgentTask> = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  const task = claudeCodeTask(changes);
  const events: AgentEvent[] = [];
  const conversation = new ClaudeCodeConversation(task, {
    ...{ input, output, now: () => 0, decide: () => new Promise(() => undefined) },
    onEvent: (event) => events.push(event),
  });
  return {
    conversation,
    input,
    events,
    /** Says lines as the program. */
    say: async (...messages: readonly object[]): Promise<void> => {
      for (const message of messages) output.write(`${JSON.stringify(message)}\n`);
      await turn();
      await turn();
    },
    /** What it was told since it was asked last. */
    said: (): unknown[] =>
      String(input.read() ?? '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    output,
  };
}

const init = { type: 'system', subtype: 'init', session_id: claudeCodeTask().conversationId };
const result = { type: 'result', subtype: 'success', is_error: false };
const aborted = { ...result, subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_streaming' };

test('it is greeted, and told the prompt', () => {
  expect(open().said()).toEqual([
    { type: 'control_request', request_id: 'initialize', request: { subtype: 'initialize' } },
    {
      type: 'user',
      uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      parent_tool_use_id: null,
      message: { role: 'user', content: [{ type: 'text', text: 'Mend it.' }] },
    },
  ]);
});

test('words that are never taken up do not keep it for ever', async () => {
  const { conversation, say, input } = open();
  await say(init);
  const taken = conversation.tell('hello');
  await say(result);
  expect(input.writableEnded).toBe(false);
  vi.advanceTimersByTime(30_000);
  expect(await conversation.ended).toEqual({ kind: 'success' });
  expect(await taken).toBe(false);
  expect(input.writableEnded).toBe(true);
});

test('who does not let go when told to is given up', async () => {
  const { conversation, say, said } = open();
  await say(init);
  said();
  const stopped = conversation.interrupt();
  expect(said()).toEqual([
    { type: 'control_request', request_id: 'interrupt', request: { subtype: 'interrupt', cancel_queued: true } },
  ]);
  expect(await conversation.tell('hello')).toBe(false);
  void conversation.interrupt();
  expect(said()).toEqual([]);
  vi.advanceTimersByTime(10_000);
  expect(await conversation.ended).toEqual({ kind: 'interrupted' });
  await stopped;
});

test.each([
  ['what was aborted was interrupted', [aborted], { kind: 'interrupted' }],
  ['what was done already is done', [result], { kind: 'success' }],
])('told to stop, %s', async (_, lines, end) => {
  const { conversation, say } = open();
  await say(init);
  void conversation.interrupt();
  await say(...lines);
  expect(await conversation.ended).toEqual(end);
});

test('a prompt that is taken back before it is begun with has no result', async () => {
  const { conversation, say, said } = open();
  const [, prompt] = said() as { readonly uuid: string }[];
  void conversation.interrupt();
  await say({ type: 'command_lifecycle', command_uuid: prompt?.uuid, state: 'cancelled' });
  expect(await conversation.ended).toEqual({ kind: 'interrupted' });
});

test('nobody but us calls an end an interruption', async () => {
  const { conversation, say } = open();
  await say(init, { ...aborted, errors: ['stopped'] });
  expect(await conversation.ended).toEqual({ kind: 'crashed', detail: 'stopped' });
});

test('the program says what failed in a reply of its own, which is no word of the agent', async () => {
  const { conversation, say, events } = open();
  const content = [{ type: 'text', text: 'Credit balance is too low' }];
  await say(init, { type: 'assistant', error: 'billing_error', message: { id: 'm', content } });
  await say({ ...result, is_error: true, api_error_status: 400, terminal_reason: 'api_error', result: 'Too low' });
  expect(await conversation.ended).toEqual({ kind: 'out-of-credit', detail: 'Too low' });
  expect(events.map(({ kind }) => kind)).toEqual(['conversation', 'usage']);
});

test('an answer that was withdrawn is not given, and after the end nothing is said or heard', async () => {
  let answer: () => void = () => undefined;
  const input = new PassThrough();
  const output = new PassThrough();
  const events: AgentEvent[] = [];
  const conversation = new ClaudeCodeConversation(claudeCodeTask(), {
    ...{ input, output, now: () => 0, onEvent: (event) => events.push(event) },
    decide: () => new Promise((resolve) => (answer = () => resolve({ verdict: 'allow' }))),
  });
  input.read();
  const wish = { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'make' } };
  output.write(`${JSON.stringify({ type: 'control_request', request_id: 'a', request: wish })}\n`);
  output.write(`${JSON.stringify({ type: 'control_cancel_request', request_id: 'a' })}\n`);
  await turn();
  await turn();
  answer();
  await turn();
  expect(input.read()).toBeNull();
  output.write(
    `${JSON.stringify(result)}\n${JSON.stringify({ ...result, is_error: true })}\n${JSON.stringify(init)}\n`,
  );
  expect(await conversation.ended).toEqual({ kind: 'success' });
  const { length } = events;
  output.end();
  await turn();
  expect(events).toHaveLength(length);
});

test('garbage without end is complained of a hundred times', async () => {
  const { events, say, output } = open();
  await say(init);
  for (let count = 0; count < 500; count += 1) output.write('garbage\n');
  await say();
  expect(events.filter(({ kind }) => kind === 'error')).toHaveLength(100);
});

test('what it uses is told as it comes, as what this run used', async () => {
  const { events, say } = open({ isResume: true, mark: { id: 'a', total: { costMicroUsd: 1000, tokens: 100 } } });
  const reply = {
    type: 'assistant',
    message: { id: 'm1', content: [], usage: { input_tokens: 10, output_tokens: 1 } },
  };
  await say({ ...init, session_id: 'a' }, reply, reply, {
    ...result,
    total_cost_usd: 0.003,
    modelUsage: { opus: { inputTokens: 115, outputTokens: 5, costUSD: 0.003 } },
  });
  expect(events).toEqual([
    { kind: 'conversation', mark: { id: 'a', total: { costMicroUsd: 1000, tokens: 100 } } },
    { kind: 'usage', usage: { costMicroUsd: null, tokens: 11 } },
    { kind: 'conversation', mark: { id: 'a', total: { costMicroUsd: 3000, tokens: 120 } } },
    { kind: 'usage', usage: { costMicroUsd: 2000, tokens: 20 } },
  ]);
});
