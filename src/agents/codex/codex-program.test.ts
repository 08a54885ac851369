import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { codexTask } from '../../../fixtures/agents/codex/task.ts';
import type { AgentEvent, ConversationEnd } from '../../domain/run/conversation.ts';
import type { AgentTask, Conversation } from '../agent.ts';
import { createCodexAgent } from './codex.ts';

const program = fileURLToPath(new URL('../../../fixtures/agents/codex/agent-that-speaks-codex.mjs', import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reeve-codex-'));
  mkdirSync(join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Runs the scripted program through real pipes, to its end. */
async function run(
  lie: string,
  changes: Partial<AgentTask> = {},
  act: (one: Conversation, event: AgentEvent) => void = () => undefined,
) {
  const task = codexTask({ homePath: join(root, 'home'), ...changes });
  const agent = createCodexAgent({ argv: [process.execPath, program, lie] });
  const { argv, environment } = agent.start(task);
  const child = spawn(argv[0], argv.slice(1), { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  const events: AgentEvent[] = [];
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const conversation: Conversation | undefined = agent.converse?.(task, {
    input: child.stdin,
    output: child.stdout,
    now: Date.now,
    decide: () => Promise.resolve({ verdict: 'allow' }),
    onEvent: (event) => {
      events.push(event);
      if (conversation !== undefined) act(conversation, event);
    },
  });
  const end: ConversationEnd | undefined = await conversation?.ended;
  child.stdin.end();
  await exited;
  const marks = events.flatMap((event) => (event.kind === 'conversation' ? [event.mark] : []));
  const texts = events.flatMap((event) => (event.kind === 'text' ? [event.text] : []));
  return { end, events, mark: marks.at(-1) ?? null, texts };
}

test('a conversation goes on in a fresh program, which knows what it was told, and only its own use is counted', async () => {
  const first = await run('honest', { prompt: 'The word is BANANA.' });
  expect(first.end).toEqual({ kind: 'success' });
  const second = await run('honest', { prompt: 'Which word?', isResume: true, mark: first.mark });
  expect(second.texts).toEqual(['I was told: The word is BANANA. / Which word?']);
  expect(second.mark).toEqual({ id: first.mark?.id, total: { costMicroUsd: null, tokens: 200 } });
  expect(second.events.at(-1)).toEqual({ kind: 'usage', usage: { costMicroUsd: null, tokens: 100 } });
});

test.each([
  ['ends-without-a-result', 'crashed'],
  ['says-success-with-an-error', 'not-authenticated'],
  ['forges-a-result', 'crashed'],
  ['writes-a-long-line', 'success'],
  ['asks-for-ever', 'needs-input'],
  ['asks-what-nobody-serves', 'success'],
])('an agent that %s: %s', async (lie, kind) => {
  const { end, events } = await run(lie);
  expect(end?.kind).toBe(kind);
  expect(events.filter((event) => event.kind === 'permission-request').length).toBeLessThanOrEqual(500);
});

test('a message reaches it, and an interrupt ends it', async () => {
  const taken: Promise<boolean>[] = [];
  const { end } = await run('waits', {}, (conversation, event) => {
    if (event.kind !== 'conversation') return;
    taken.push(conversation.tell('Also this.'));
    void taken[0]?.then(() => conversation.interrupt());
  });
  expect(await Promise.all(taken)).toEqual([true]);
  expect(end).toEqual({ kind: 'interrupted' });
});

test('a program that is not there is a crash', async () => {
  const agent = createCodexAgent({ argv: ['/no/such/codex'] });
  const task = codexTask({ homePath: join(root, 'home') });
  const { argv, environment } = agent.start(task);
  const child = spawn(argv[0], argv.slice(1), { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const events: AgentEvent[] = [];
  const channel = {
    input: child.stdin,
    output: child.stdout,
    now: Date.now,
    onEvent: (event: AgentEvent) => void events.push(event),
  };
  const conversation = agent.converse?.(task, { ...channel, decide: () => new Promise(() => undefined) });
  expect((await conversation?.ended)?.kind).toBe('crashed');
  expect(events).toEqual([]);
});
