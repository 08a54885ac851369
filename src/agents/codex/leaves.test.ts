import { expect, test } from 'vitest';

import { speak, type Sent } from '../../../fixtures/agents/codex/speak.ts';
import type { PermissionDecision, PermissionRequest } from '../../domain/run/permission.ts';

test('many requests for leave at once; a denial says why, and an answer after the end is not sent', async () => {
  const decided = new Map<string, (decision: PermissionDecision) => void>();
  const codex = speak({ mustAsk: true }, ({ subject }) => new Promise((resolve) => decided.set(subject, resolve)));
  await codex.begin();
  codex.askCommand(0, 'touch a');
  codex.askCommand('x', 'touch b');
  codex.askCommand(2, 'touch c');
  codex.askCommand(2, 'touch d'); // the same number while it is in use
  await codex.heard('error');
  decided.get('touch b')?.({ verdict: 'deny', why: 'Not b.' });
  expect((await codex.told('turn/steer')).params).toMatchObject({
    expectedTurnId: 'U',
    input: [{ text: 'You may not do that. Not b.' }],
  });
  expect((await codex.answered('x')).result).toEqual({ decision: 'decline' });
  decided.get('touch a')?.({ verdict: 'allow' });
  expect((await codex.answered(0)).result).toEqual({ decision: 'accept' });
  codex.complete();
  await codex.conversation.ended;
  decided.get('touch c')?.({ verdict: 'allow' });
  await new Promise(setImmediate);
  expect(codex.sent.filter(({ id }) => id === 2)).toEqual([]);
  expect(codex.events.filter(({ kind }) => kind === 'permission-request')).toHaveLength(3);
  expect(decided.has('touch d')).toBe(false);
});

test('a request that Codex settles itself is not answered', async () => {
  let allow: (decision: PermissionDecision) => void = () => undefined;
  const codex = speak({}, () => new Promise((resolve) => (allow = resolve)));
  await codex.begin();
  codex.askCommand(0, 'touch a');
  await codex.heard('permission-request');
  codex.tell('serverRequest/resolved', { threadId: 'T', requestId: 0 });
  codex.item('completed', { type: 'agentMessage', text: 'x' });
  await codex.heard('text');
  allow({ verdict: 'allow' });
  await new Promise(setImmediate);
  expect(codex.sent.filter(({ id }) => id === 0)).toEqual([]);
});

test('a patch is allowed when each of its files is', async () => {
  const codex = speak({}, ({ subject }) =>
    Promise.resolve(subject === '/etc/passwd' ? { verdict: 'deny', why: 'Outside.' } : { verdict: 'allow' }),
  );
  await codex.begin();
  const changes = [
    { path: '/work/repo/src/a', kind: { type: 'add' } },
    { path: '/work/repo/../../etc/passwd', kind: { type: 'add' } },
  ];
  codex.item('started', { type: 'fileChange', id: 'p', changes, status: 'inProgress' });
  codex.ask(0, 'item/fileChange/requestApproval', { itemId: 'p' });
  expect((await codex.answered(0)).result).toEqual({ decision: 'decline' });
  codex.item('started', { type: 'fileChange', id: 'q', changes: changes.slice(0, 1), status: 'inProgress' });
  codex.ask(1, 'item/fileChange/requestApproval', { itemId: 'q' });
  expect((await codex.answered(1)).result).toEqual({ decision: 'accept' });
  const many = Array.from({ length: 51 }, (_, at) => ({ path: `/work/repo/${at}` }));
  codex.item('started', { type: 'fileChange', id: 'r', changes: many, status: 'inProgress' });
  codex.ask(3, 'item/fileChange/requestApproval', { itemId: 'r' });
  expect((await codex.answered(3)).result).toEqual({ decision: 'decline' });
  codex.ask(2, 'item/fileChange/requestApproval', { itemId: 'never announced' });
  expect((await codex.answered(2)).result).toEqual({ decision: 'decline' });
  expect(
    codex.events
      .filter(({ kind }) => kind === 'permission-request')
      .map((event) => 'request' in event && event.request),
  ).toEqual([
    { id: 'codex-1', tool: 'edit', toolName: 'apply_patch', subject: '/work/repo/src/a' },
    { id: 'codex-2', tool: 'edit', toolName: 'apply_patch', subject: '/etc/passwd' },
    { id: 'codex-3', tool: 'edit', toolName: 'apply_patch', subject: '/work/repo/src/a' },
  ]);
});

test('each kind of request in our words, and its answers', async () => {
  const decide = ({ tool }: PermissionRequest): Promise<PermissionDecision> =>
    Promise.resolve(tool === 'mcp' ? { verdict: 'deny', why: 'No.' } : { verdict: 'allow' });
  const codex = speak({}, decide);
  await codex.begin();
  const command = 'item/commandExecution/requestApproval';
  codex.ask(0, command, { kind: 'writeStdin', command: 'rm x' });
  codex.ask(1, command, { command: 'curl', networkApprovalContext: { host: 'evil.example', protocol: 'https' } });
  codex.ask(2, command, { command: 'x'.repeat(10_001) });
  codex.ask(3, 'item/permissions/requestApproval', {
    reason: 'more',
    permissions: { network: { enabled: true }, fileSystem: null },
  });
  const mcp = {
    serverName: 'other',
    message: 'Allow?',
    mode: 'form',
    _meta: { codex_approval_kind: 'mcp_tool_call', tool_name: 't' },
  };
  codex.ask(4, 'mcpServer/elicitation/request', mcp);
  codex.ask(5, 'mcpServer/elicitation/request', { serverName: 'other', mode: 'url', _meta: null });
  codex.ask(6, 'item/tool/requestUserInput', { questions: [] });
  codex.ask(7, command, { threadId: 'another', command: 'x' });
  codex.ask(8, command, { command: 'a', kind: 7 });
  const answers: Sent[] = [];
  for (let id = 0; id <= 8; id += 1) answers.push(await codex.answered(id));
  expect(answers.map(({ result, error }) => JSON.stringify(result ?? error?.message))).toMatchInlineSnapshot(`
    [
      "{"decision":"accept"}",
      "{"decision":"accept"}",
      "{"decision":"decline"}",
      "{"permissions":{"network":{"enabled":true}},"scope":"turn"}",
      "{"action":"decline","content":null,"_meta":null}",
      ""This is not served here: the run has no person beside it."",
      ""This is not served here: the run has no person beside it."",
      ""This is another conversation."",
      ""This is not served here: the run has no person beside it."",
    ]
  `);
  expect(codex.events.flatMap((event) => (event.kind === 'permission-request' ? [JSON.stringify(event.request)] : [])))
    .toMatchInlineSnapshot(`
    [
      "{"id":"codex-1","tool":"other","toolName":"writeStdin","subject":"rm x"}",
      "{"id":"codex-2","tool":"fetch","toolName":"exec_command","subject":"https://evil.example"}",
      "{"id":"codex-4","tool":"other","toolName":"request_permissions","subject":"more"}",
      "{"id":"codex-5","tool":"mcp","toolName":"mcp__other__t","subject":"other t"}",
    ]
  `);
});

test('one that asks for leave for ever is denied and interrupted', async () => {
  const codex = speak();
  await codex.begin();
  for (let id = 0; id <= 500; id += 1) codex.askCommand(id, 'ls');
  expect((await codex.told('turn/interrupt')).params).toEqual({ threadId: 'T', turnId: 'U' });
  expect((await codex.answered(500)).result).toEqual({ decision: 'decline' });
  codex.complete({ status: 'interrupted' });
  expect(await codex.conversation.ended).toEqual({ kind: 'needs-input', detail: 'It asked for leave over and over.' });
});

test('texts are bounded before they leave', async () => {
  const codex = speak();
  await codex.begin();
  const long = 'x'.repeat(1_000_000);
  codex.item('started', { type: 'commandExecution', command: `${long}\n`, status: 'inProgress' });
  codex.item('completed', { type: 'commandExecution', command: 'x', status: 'completed', aggregatedOutput: long });
  codex.item('completed', {
    type: 'fileChange',
    changes: Array.from({ length: 5000 }, (_, at) => ({ path: `${at}${long.slice(0, 2500)}` })),
    status: 'completed',
  });
  codex.item('completed', { type: 'agentMessage', text: long });
  codex.tell('warning', { threadId: null, message: long });
  codex.tell('error', { threadId: 'T', turnId: 'U', willRetry: false, error: { message: long } });
  codex.complete();
  await codex.conversation.ended;
  expect(Math.max(...codex.events.map((event) => JSON.stringify(event).length))).toBeLessThan(21_000);
  expect(Math.max(...codex.events.map((event) => (event.kind === 'file-change' ? event.path.length : 0)))).toBe(1000);
  expect(codex.events.length).toBeLessThan(120);
});
