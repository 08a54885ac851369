import { afterEach, expect, test, vi } from 'vitest';

import { speak } from '../../../fixtures/agents/codex/speak.ts';

afterEach(() => void vi.useRealTimers());
const fakeTimers = (): void => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

test('a turn from greeting to success', async () => {
  const codex = speak({ mustAsk: true, model: 'm' });
  const { params } = await codex.told('initialize');
  expect(params).toMatchObject({ clientInfo: { name: 'reeve' }, capabilities: { experimentalApi: false } });
  await codex.answer('initialize', {});
  await codex.told('initialized');
  expect((await codex.told('thread/start')).params).toMatchObject({
    cwd: '/work/repo',
    approvalPolicy: 'untrusted',
    sandbox: 'danger-full-access',
    modelProvider: 'reeve',
    model: 'm',
  });
  await codex.answer('thread/start', { thread: { id: 'T' } });
  expect((await codex.told('turn/start')).params).toMatchObject({
    threadId: 'T',
    input: [{ type: 'text', text: 'Mend it.' }],
  });
  await codex.answer('turn/start', { turn: { id: 'U' } });
  codex.item('started', { type: 'commandExecution', command: `/bin/bash -c 'npm test'`, status: 'inProgress' });
  codex.item('completed', {
    type: 'commandExecution',
    command: 'x',
    status: 'failed',
    aggregatedOutput: 'no\n',
    exitCode: 1,
  });
  codex.item('started', {
    type: 'fileChange',
    changes: [{ path: '/work/repo/a', kind: { type: 'add' } }],
    status: 'inProgress',
  });
  const moved = { path: '/work/repo/src/b', kind: { type: 'update', move_path: '/etc/c' }, diff: '' };
  codex.item('completed', { type: 'fileChange', changes: [{ path: '/work/repo/a' }, moved], status: 'completed' });
  codex.item('started', {
    type: 'mcpToolCall',
    server: 'reeve',
    tool: 'ask',
    status: 'inProgress',
    arguments: { a: 1 },
  });
  codex.item('completed', {
    type: 'mcpToolCall',
    server: 'reeve',
    tool: 'ask',
    status: 'failed',
    arguments: {},
    error: { message: 'no' },
  });
  codex.item('completed', { type: 'reasoning', summary: [] });
  codex.item('completed', { type: 'agentMessage', text: 'Done.' });
  codex.usage(105, 105);
  codex.complete();
  expect(await codex.conversation.ended).toEqual({ kind: 'success' });
  expect(codex.events.map((event) => JSON.stringify(event))).toMatchInlineSnapshot(`
    [
      "{"kind":"conversation","mark":{"id":"T","total":{"costMicroUsd":null,"tokens":0}}}",
      "{"kind":"tool-use","tool":"exec_command","title":"npm test"}",
      "{"kind":"tool-result","tool":"exec_command","isError":true,"text":"no\\n"}",
      "{"kind":"tool-use","tool":"apply_patch","title":"/work/repo/a"}",
      "{"kind":"tool-result","tool":"apply_patch","isError":false,"text":""}",
      "{"kind":"file-change","path":"/work/repo/a"}",
      "{"kind":"file-change","path":"/work/repo/src/b"}",
      "{"kind":"file-change","path":"/etc/c"}",
      "{"kind":"tool-use","tool":"mcp__reeve__ask","title":"{\\"a\\":1}"}",
      "{"kind":"tool-result","tool":"mcp__reeve__ask","isError":true,"text":"no"}",
      "{"kind":"text","text":"Done."}",
      "{"kind":"conversation","mark":{"id":"T","total":{"costMicroUsd":null,"tokens":105}}}",
      "{"kind":"usage","usage":{"costMicroUsd":null,"tokens":105}}",
    ]
  `);
});

test('a conversation is taken up again, and what is used is counted from there', async () => {
  const codex = speak({ isResume: true, mark: { id: 'T', total: { costMicroUsd: null, tokens: 600 } } });
  await codex.answer('initialize', {});
  expect((await codex.told('thread/resume')).params).toMatchObject({
    threadId: 'T',
    excludeTurns: true,
    approvalPolicy: 'never',
  });
  codex.usage(650, 50, 'an earlier turn');
  await codex.answer('thread/resume', { thread: { id: 'T' } });
  await codex.answer('turn/start', { turn: { id: 'U' } });
  codex.usage(755, 105);
  codex.complete();
  await codex.conversation.ended;
  expect(codex.events.filter(({ kind }) => kind === 'usage').at(-1)).toMatchObject({ usage: { tokens: 155 } });
  expect(codex.events[0]).toEqual({
    kind: 'conversation',
    mark: { id: 'T', total: { costMicroUsd: null, tokens: 600 } },
  });
});

test('one that cannot be taken up is begun anew, and that is told', async () => {
  const codex = speak({ isResume: true, mark: { id: 'lost', total: { costMicroUsd: null, tokens: 600 } } });
  await codex.answer('initialize', {});
  codex.tell('thread/tokenUsage/updated', {
    ...{ threadId: 'lost', turnId: 'an earlier turn' },
    tokenUsage: { total: { totalTokens: 650 }, last: { totalTokens: 50 } },
  });
  await codex.refuse('thread/resume', 'no rollout found');
  await codex.answer('thread/start', { thread: { id: 'T' } });
  await codex.answer('turn/start', { turn: { id: 'U' } });
  codex.usage(105, 105);
  codex.succeed();
  expect(await codex.conversation.ended).toEqual({ kind: 'success' });
  expect(codex.events.slice(0, 2)).toEqual([
    { kind: 'conversation', mark: { id: 'T', total: { costMicroUsd: null, tokens: 0 } } },
    { kind: 'error', detail: 'It could not take up its conversation, and begins a new one: no rollout found' },
  ]);
  expect(codex.events.at(-2)).toMatchObject({ kind: 'usage', usage: { tokens: 105 } });
});

test('words for the turn are taken when they appear in it, and not before', async () => {
  const codex = speak();
  const early = codex.conversation.tell('early');
  await codex.begin();
  await codex.refuse('turn/steer', 'no active turn to steer');
  codex.item('completed', { type: 'userMessage', clientId: null }); // the prompt: now there is a turn
  const { params } = await codex.told('turn/steer');
  expect(params).toMatchObject({ threadId: 'T', expectedTurnId: 'U', input: [{ type: 'text', text: 'early' }] });
  await codex.answer('turn/steer', { turnId: 'U' });
  const never = codex.conversation.tell('never taken up');
  await codex.answer('turn/steer', { turnId: 'U' });
  codex.item('completed', { type: 'userMessage', clientId: params?.['clientUserMessageId'] });
  expect(await early).toBe(true);
  codex.complete();
  expect(await never).toBe(false);
  expect(await codex.conversation.tell('late')).toBe(false);
});

test('an interrupt waits for no answer that is due from us', async () => {
  const codex = speak({}, () => new Promise(() => undefined));
  await codex.begin();
  codex.askCommand(0, 'x');
  await codex.heard('permission-request');
  const over = codex.conversation.interrupt();
  await codex.answer('turn/interrupt', {});
  codex.complete({ status: 'interrupted' });
  await over;
  expect(await codex.conversation.ended).toEqual({ kind: 'interrupted' });
});

test('an interrupt before the turn has begun, and one that is not answered', async () => {
  const first = speak();
  await first.conversation.interrupt();
  expect(await first.conversation.ended).toEqual({ kind: 'interrupted' });

  const second = speak();
  await second.answer('initialize', {});
  await second.answer('thread/start', { thread: { id: 'T' } });
  await second.told('turn/start');
  const over = second.conversation.interrupt();
  await second.answer('turn/start', { turn: { id: 'U' } });
  await second.answer('turn/interrupt', {});
  second.complete({ status: 'interrupted' });
  await over;

  fakeTimers();
  const third = speak();
  await third.begin();
  const ignored = third.conversation.interrupt();
  await third.told('turn/interrupt');
  await vi.advanceTimersByTimeAsync(10_000);
  await ignored;
  expect(await third.conversation.ended).toEqual({ kind: 'interrupted' });
});

test('an interrupt that comes too late changes nothing', async () => {
  const codex = speak();
  await codex.begin();
  void codex.conversation.interrupt();
  await codex.told('turn/interrupt');
  codex.succeed();
  expect(await codex.conversation.ended).toEqual({ kind: 'success' });
});

test('tries of the model are told; a wait that takes too long is ended, as what it waits for', async () => {
  fakeTimers();
  const codex = speak();
  await codex.begin();
  const limited = {
    message: 'Reconnecting... 1/3',
    codexErrorInfo: { responseStreamDisconnected: { httpStatusCode: 429 } },
  };
  const retry = (): void => codex.tell('error', { threadId: 'T', turnId: 'U', willRetry: true, error: limited });
  retry();
  expect(await codex.heard('retrying')).toEqual({ kind: 'retrying', detail: 'Reconnecting... 1/3', retryAt: null });
  await vi.advanceTimersByTimeAsync(119_000);
  codex.item('completed', { type: 'agentMessage', text: 'it answers again' });
  await codex.heard('text');
  await vi.advanceTimersByTimeAsync(200_000);
  expect(codex.sent.some(({ method }) => method === 'turn/interrupt')).toBe(false);
  codex.events.length = 0;
  retry();
  await codex.heard('retrying');
  await vi.advanceTimersByTimeAsync(120_000);
  await codex.answer('turn/interrupt', {});
  codex.complete({ status: 'interrupted' });
  expect(await codex.conversation.ended).toMatchObject({ kind: 'rate-limited', until: null });
});
