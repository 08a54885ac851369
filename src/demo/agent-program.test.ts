import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

import { UserError } from '../lib/errors.ts';
import { agentProgram } from './agent-program.ts';

let root: string;
let places: Parameters<typeof agentProgram>[1];
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-agent-program-test-')));
  onTestFinished(() => rmSync(root, { recursive: true }));
  places = { named: null, path: join(root, 'bin'), cachePath: join(root, 'cache') };
});

function program(name: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

test('it is the one on PATH before any other, with its links followed', async () => {
  program('cache/claude-code@2.1.328/node_modules/.bin/claude');
  const real = program('lib/claude.exe');
  mkdirSync(join(root, 'bin'));
  symlinkSync(real, join(root, 'bin/claude'));
  expect(await agentProgram('claude-code', places)).toBe(real);
});

test('it is the newest that was installed for tests, of this agent and with a program', async () => {
  program('cache/codex@0.99.0/node_modules/.bin/codex');
  const newest = program('cache/codex@0.169.0/node_modules/.bin/codex');
  program('cache/opencode@9.0.0/node_modules/.bin/opencode');
  mkdirSync(join(root, 'cache/codex@0.170.0/node_modules'), { recursive: true });
  expect(await agentProgram('codex', places)).toBe(newest);
});

test('it is the one that somebody names', async () => {
  program('bin/gemini');
  const named = program('mine/gemini');
  expect(await agentProgram('gemini', { ...places, named })).toBe(named);
});

test('when there is none, a sentence says how to get it', async () => {
  const missing = agentProgram('claude-code', places);
  await expect(missing).rejects.toThrow(UserError);
  await expect(missing).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UserError: There is no program \`claude\` on your PATH: install claude-code with \`npm install --global @anthropic-ai/claude-code\`, or name its program with --agent-program.]`,
  );
  await expect(agentProgram('codex', { ...places, named: join(root, 'nothing') })).rejects.toThrow(
    /^--agent-program names .*nothing, which is no program; name the one of codex\.$/,
  );
});
