import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

import { agentVerbs } from '../../src/domain/run/agent-verbs.ts';

type Answer = {
  readonly id: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
};

/** `reeve-agent mcp` as an agent starts it, after the handshake of the protocol. */
async function connect() {
  const directory = mkdtempSync(join(tmpdir(), 'reeve-mcp-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const output = join(directory, 'output.jsonl');
  writeFileSync(output, '');
  const server = spawn(process.execPath, [resolve('dist/bin/reeve-agent.js'), 'mcp'], {
    env: { REEVE_OUTPUT: output },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const exited = new Promise((done) => server.once('exit', done));
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface(server.stdout).on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
  });
  const send = (message: object): void =>
    void server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let last = 0;
  const ask = (method: string, params: object): Promise<Answer> => {
    last += 1;
    send({ id: last, method, params });
    return new Promise((done) => waiting.set(last, done));
  };
  const clientInfo = { name: 'agent', version: '1' };
  await ask('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
  send({ method: 'notifications/initialized' });
  const call = async (name: string, args: object): Promise<unknown> =>
    (await ask('tools/call', { name, arguments: args })).result;
  const lines = () =>
    readFileSync(output, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  return { ask, call, lines, end: () => server.stdin.end(), exited };
}

test('each verb is a tool, and what it says is recorded as the command would', async () => {
  const { ask, call, lines, end, exited } = await connect();
  const { result } = await ask('tools/list', {});
  const tools = (result?.['tools'] ?? []) as { name: string; description: string }[];
  expect(tools.map(({ name }) => name).toSorted()).toEqual(Object.keys(agentVerbs).toSorted());
  expect(tools.find(({ name }) => name === 'ask')?.description).toContain('when only a person can decide');

  expect(await call('ask', { question: 'Which colour?', options: ['red', 'blue'] })).toMatchObject({
    content: [{ type: 'text', text: 'Your question is recorded. End now; you will be started again with the answer.' }],
  });
  await call('result', { summary: 'Done.', costUsd: 0.5 });
  expect(lines()).toEqual([
    { kind: 'ask', question: 'Which colour?', options: ['red', 'blue'] },
    { kind: 'result', summary: 'Done.', costUsd: 0.5 },
  ]);
  end();
  expect(await exited).toBe(0);
});

test.each([
  ['nothing at all', { text: '' }],
  ['more than people read', { text: 'x'.repeat(1001) }],
  ['a field that no verb has', { text: 'fine', kind: 'result' }],
])('%s is refused, and the agent is told so', async (_, input) => {
  const { call, lines } = await connect();
  expect(await call('progress', input)).toMatchObject({ isError: true });
  expect(lines()).toEqual([]);
});
