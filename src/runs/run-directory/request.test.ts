import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

import { runId } from '../../domain/ids.ts';
import { exampleRequest } from '../../domain/run/example-request.ts';
import type { RunRequest } from '../../domain/run/run.ts';
import { runDirectoryAt, type RunDirectory } from '../run-directory.ts';
import { readRequest, readSignedRequest, writeRequest } from './request.ts';

const root = mkdtempSync(join(tmpdir(), 'reeve-request-'));
afterAll(() => rmSync(root, { recursive: true }));
const key = Buffer.alloc(32, 1);
const request: RunRequest = {
  ...exampleRequest,
  createdAt: 5,
  agent: { name: 'agent', kind: 'custom-command', argv: ['agent', 'a b'], model: null },
  ...{ sandbox: 'bwrap', network: ['example.org'], hiddenPaths: ['/h'], environment: { A: 'b' } },
  prompt: 'line\nline – grüße',
};
let directory: RunDirectory;
beforeEach(() => {
  directory = runDirectoryAt(mkdtempSync(join(root, 'run-')));
});
const change = (edit: (text: string) => string): void =>
  writeFileSync(directory.request, edit(readFileSync(directory.request, 'utf8')));

test('comes back as it was written, for the owner only', async () => {
  await writeRequest(directory, request, key);
  expect(await readSignedRequest(directory, key)).toEqual({ kind: 'read', value: request });
  expect(await readRequest(directory)).toEqual({ kind: 'read', value: request });
  expect(statSync(directory.request).mode & 0o777).toBe(0o600);
});

test('the first one stays', async () => {
  await writeRequest(directory, request, key);
  await writeRequest(directory, { ...request, prompt: 'another' }, key);
  expect(await readRequest(directory)).toMatchObject({ value: { prompt: request.prompt } });
});

test.each<[string, (text: string) => string]>([
  ['one letter', (text) => text.replace('"agent"', '"agenT"')],
  ['a space', (text) => ` ${text}`],
  ['no signature', (text) => text.split('\n')[0]!],
  ['an empty signature', (text) => text.replace(/"[0-9a-f]{64}"/, '""')],
  ['nothing at all', () => ''],
])('is refused when somebody changed it: %s', async (_, edit) => {
  await writeRequest(directory, request, key);
  change(edit);
  expect(await readSignedRequest(directory, key)).toEqual({
    kind: 'problem',
    problem: 'request.json does not carry our signature.',
  });
});

test('is refused under another key', async () => {
  await writeRequest(directory, request, key);
  expect(await readSignedRequest(directory, Buffer.alloc(32, 2))).toMatchObject({ kind: 'problem' });
  expect(await readSignedRequest(directory, Buffer.alloc(0))).toMatchObject({ kind: 'problem' });
});

test.each<[string, Partial<RunRequest>, RegExp]>([
  ['a limit of zero, which would mean no limit', { limits: { ...request.limits, wallMs: 0 } }, /wallMs/],
  ['an id that is a path', { runId: runId('../../etc') }, /runId/],
  ['a relative workspace', { workspacePath: 'w' }, /workspacePath/],
])('what no host could work with is not signed: %s', async (_, changes, problem) => {
  await expect(writeRequest(directory, { ...request, ...changes }, key)).rejects.toThrow(problem);
  expect(await readRequest(directory)).toEqual({ kind: 'absent' });
});
