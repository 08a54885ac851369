#!/usr/bin/env node
// The demo's agent: a program that stands in for a coding agent. It reads its prompt, works in its clone with ordinary
// tools, and speaks to Reeve through `reeve-agent`, as any agent does. It is started, never imported.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import { ASKING, QUICK } from '../demo/seed.ts';
import { workOn, type Step } from '../demo/work.ts';
import { exec } from '../lib/exec.ts';

const STEP_MS = 1_300; // a coding agent thinks; so that people can watch, this one does too

const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
);
const prompt = readFileSync(environment['REEVE_PROMPT_FILE'] ?? '', 'utf8');
const isResume = environment['REEVE_RESUME'] === '1';

async function run(program: string, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await exec(program, args, {
    env: environment,
    timeoutMs: 30_000,
    outputBytesMax: 100_000,
  });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
}

async function take(step: Step): Promise<void> {
  switch (step.kind) {
    case 'progress':
      process.stdout.write(`${step.text}\n`);
      await run('reeve-agent', 'progress', step.text);
      return pause(STEP_MS);
    case 'edit':
      return writeFileSync(
        step.path,
        readFileSync(step.path, 'utf8').replace(step.find, () => step.replace),
      );
    case 'write':
      return writeFileSync(step.path, step.content);
    case 'test':
      return run('node', '--test');
    case 'commit':
      await run('git', 'add', '--all');
      return run('git', 'commit', '--quiet', '--message', step.message);
    case 'ask':
      return run('reeve-agent', 'ask', step.question, ...step.options.flatMap((option) => ['--option', option]));
    case 'result':
      return run('reeve-agent', 'result', step.text, ...spent);
  }
}

const issue = prompt.includes('Remember the last station') ? ASKING : QUICK;
const spent = ['--cost-usd', ...(issue === ASKING ? ['0.31', '--tokens', '40120'] : ['0.12', '--tokens', '18250'])];
for (const step of workOn(issue, isResume)?.steps ?? []) await take(step);
