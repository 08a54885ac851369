import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { claudeCodeTask } from '../../../fixtures/agents/claude-code/task.ts';
import type { AgentEvent } from '../../domain/run/conversation.ts';
import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';
import type { AgentTask, Conversation } from '../agent.ts';
import { createClaudeCodeAgent } from './claude-code.ts';

const program = new URL('../../../fixtures/agents/claude-code/program-that-lies.mjs', import.meta.url).pathname;
const id = claudeCodeTask().conversationId;
const mark = { id, total: { costMicroUsd: null, tokens: null } };

let home = '';
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'reeve-claude-code-'))));
afterEach(() => rmSync(home, { recursive: true }));

type Ways = {
  readonly task?: Partial<AgentTask>;
  readonly decide?: (request: PermissionRequest) => Promise<PermissionDecision>;
  readonly onEvent?: (event: AgentEvent, conversation: Conversation) => void;
};

/** Drives the program that lies, through its real start and real pipes. */
async function play(story: string, ways: Ways = {}) {
  const agent = createClaudeCodeAgent({ argv: [process.execPath, program, story], model: null });
  const task = claudeCodeTask({ homePath: home, ...ways.task });
  const { argv, environment } = agent.start(task);
  const child = spawn(argv[0], argv.slice(1), {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const events: AgentEvent[] = [];
  const conversation: Conversation = agent.converse!(task, {
    input: child.stdin,
    output: child.stdout,
    now: () => 1000,
    decide: ways.decide ?? (() => Promise.resolve({ verdict: 'allow' })),
    onEvent: (event) => {
      events.push(event);
      ways.onEvent?.(event, conversation);
    },
  });
  const end = await conversation.ended;
  await closed;
  return { events, end };
}

const texts = (events: readonly AgentEvent[]) => events.flatMap((event) => (event.kind === 'text' ? [event.text] : []));
const errors = (events: readonly AgentEvent[]) =>
  events.flatMap((event) => (event.kind === 'error' ? [event.detail] : []));

test('it begins a conversation of our name, and goes on with it in a home without its old settings', async () => {
  const found = async (task: Partial<AgentTask>) => {
    const { events, end } = await play('tells-what-it-finds', { task });
    expect(end).toEqual({ kind: 'success' });
    expect(events[0]).toEqual({ kind: 'conversation', mark });
    return { ...(JSON.parse(texts(events)[0] ?? '') as object), errors: errors(events) };
  };
  const prompt = [{ type: 'text', text: 'Mend it.' }];
  const seen = { id, initialize: 'initialize', prompt, errors: [] };
  expect(await found({})).toEqual({ ...seen, how: '--session-id', files: [] });
  const files = ['projects', 'projects/here', `projects/here/${id}.jsonl`];
  expect(await found({ isResume: true, mark })).toEqual({ ...seen, how: '--resume', files });
  expect(await found({ isResume: true }), 'nobody heard of it before the run was killed').toEqual({
    ...seen,
    how: '--resume',
    files,
  });
});

test('a conversation that is gone is begun anew, and that is told', async () => {
  const { events, end } = await play('tells-what-it-finds', {
    task: { isResume: true, mark: { id, total: { costMicroUsd: 5, tokens: 7 } } },
  });
  expect(end).toEqual({ kind: 'success' });
  expect(events.slice(0, 2)).toEqual([
    { kind: 'conversation', mark },
    { kind: 'error', detail: 'Its conversation was not there any more; it began anew.' },
  ]);
});

test('a home that the agent has spoilt is made anew, and links lead nowhere', async () => {
  const elsewhere = join(home, 'elsewhere');
  mkdirSync(join(elsewhere, 'kept'), { recursive: true });
  symlinkSync(elsewhere, join(home, '.claude'));
  expect((await play('tells-what-it-finds')).end).toEqual({ kind: 'success' });
  expect(readdirSync(elsewhere)).toEqual(['kept']);
  rmSync(join(home, '.claude'), { recursive: true });
  mkdirSync(join(home, '.claude', 'plugins', 'evil'), { recursive: true });
  writeFileSync(join(home, '.claude', '.claude.json'), '{}');
  symlinkSync(elsewhere, join(home, '.claude', 'projects'));
  chmodSync(join(home, '.claude', 'plugins', 'evil'), 0);
  const { events } = await play('tells-what-it-finds');
  expect(JSON.parse(texts(events)[0] ?? '')).toMatchObject({ files: [] });
  expect(existsSync(join(elsewhere, 'kept'))).toBe(true);
});

test('leave is asked for side by side, and each answer finds its question', async () => {
  const requests: PermissionRequest[] = [];
  const { events, end } = await play('asks-and-obeys', {
    decide: async (request) => {
      requests.push(request);
      return request.tool === 'edit' ? { verdict: 'deny', why: 'not this' } : { verdict: 'allow' };
    },
  });
  expect(end).toEqual({ kind: 'success' });
  expect(requests).toEqual([
    { id: 'ask-Bash', tool: 'shell', toolName: 'Bash', subject: 'make' },
    { id: 'ask-Write', tool: 'edit', toolName: 'Write', subject: '/repo/a' },
  ]);
  expect(events.filter(({ kind }) => kind !== 'usage')).toEqual([
    { kind: 'conversation', mark },
    { kind: 'tool-use', tool: 'Bash', title: 'make' },
    { kind: 'permission-request', request: requests[0] },
    { kind: 'tool-use', tool: 'Write', title: '/repo/a' },
    { kind: 'permission-request', request: requests[1] },
    { kind: 'tool-result', tool: 'Write', isError: true, text: '{"behavior":"deny","message":"not this"}' },
    {
      kind: 'tool-result',
      tool: 'Bash',
      isError: false,
      text: '{"behavior":"allow","updatedInput":{"command":"make"}}',
    },
  ]);
});

test('words reach it while it works, and words that cross its result are another turn', async () => {
  const taken: Promise<boolean>[] = [];
  const { events, end } = await play('hears-words', {
    onEvent: (event, conversation) => {
      if (event.kind === 'tool-use') taken.push(conversation.tell('/first'));
      if (event.kind === 'text' && event.text === 'one more') taken.push(conversation.tell('second'));
      if (event.kind === 'text' && event.text === 'second') taken.push(conversation.tell('third'));
    },
  });
  expect(end).toEqual({ kind: 'success' });
  expect(events).toContainEqual({ kind: 'tool-result', tool: 'Bash', isError: false, text: ' /first' });
  expect(texts(events)).toEqual(['one more', 'second']);
  expect(await Promise.all(taken)).toEqual([true, true, false]);
});

test('a stop does not wait for an answer that never comes', async () => {
  const { end } = await play('waits-for-leave', {
    decide: () => new Promise(() => undefined),
    onEvent: (event, conversation) => {
      if (event.kind === 'permission-request') void conversation.interrupt();
    },
  });
  expect(end).toEqual({ kind: 'interrupted' });
});

test.each([
  ['ends-without-a-result', { kind: 'crashed', detail: 'It ended without a result.' }],
  ['calls-a-failure-success', { kind: 'model-failed', detail: 'API Error: 500' }],
  ['prints-a-forged-result', { kind: 'model-failed', detail: 'API Error: 500' }],
  ['asks-for-ever', { kind: 'crashed', detail: 'It asked for leave more than 1000 times.' }],
  ['tries-again-for-long', { kind: 'rate-limited', until: 1_800_000_000_000, detail: 'Too many requests' }],
])('a program that %s is not believed', async (story, end) => {
  expect((await play(story)).end).toEqual(end);
});

test('what it tells of its tries is told', async () => {
  const { events } = await play('tries-again-for-long');
  expect(events.filter(({ kind }) => kind === 'retrying')).toEqual([
    { kind: 'retrying', detail: 'overloaded, HTTP 529: try 1 of 4', retryAt: 2000 },
    { kind: 'retrying', detail: 'overloaded, HTTP 529: try 2 of 4', retryAt: 3000 },
  ]);
});

test('what comes before the conversation is told after it', async () => {
  const { events, end } = await play('writes-garbage');
  expect(end).toEqual({ kind: 'success' });
  expect(events[0]).toEqual({ kind: 'conversation', mark });
  expect(errors(events)).toMatchInlineSnapshot(`
    [
      "It wrote a line that is not of its protocol: Welcome!",
      "It wrote a line that is not of its protocol:",
      "It wrote a line that is not of its protocol: []",
      "It wrote a line that is not of its protocol: "text"",
      "It wrote a line that is not of its protocol: {"type":7}",
      "It wrote a line that is not of its protocol: {"half":",
    ]
  `);
  const without = await play('never-begins');
  expect(without).toEqual({
    end: { kind: 'success' },
    events: [
      { kind: 'text', text: 'hello' },
      { kind: 'usage', usage: { costMicroUsd: null, tokens: null } },
    ],
  });
});

test('lines without end are skipped, and who waits for an answer to one gets it', async () => {
  const { events, end } = await play('writes-long-lines');
  expect(end).toEqual({ kind: 'success' });
  expect(errors(events)).toEqual(Array(2).fill('It wrote a line of more than 16777216 bytes, which was skipped.'));
  expect(texts(events)).toEqual(['The request is too long.']);
}, 60_000);

test('what we do not serve is answered, and what we do not know is passed over', async () => {
  const { events, end } = await play('asks-for-what-nobody-serves');
  expect(end).toEqual({ kind: 'success' });
  expect(texts(events)).toEqual(['This request is not served here.']);
  expect(errors(events)).toEqual([]);
});

test('what it says of another conversation does not count', async () => {
  const { events, end } = await play('speaks-of-another-conversation');
  expect(end).toEqual({ kind: 'model-failed', detail: 'API Error: 500' });
  expect(errors(events)).toEqual(['It spoke of another conversation: 00000000-0000-4000-8000-000000000000']);
});
