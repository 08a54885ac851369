#!/usr/bin/env node
// The demo's agent: a program that stands in for a coding agent. It reads its prompt, works in its clone with ordinary
// tools, and speaks to Reeve through `reeve-agent`, as any agent does. It is started, never imported.
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

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

/** One visible step of work. */
async function step(text: string): Promise<void> {
  process.stdout.write(`${text}\n`);
  await run('reeve-agent', 'progress', text);
  await pause(STEP_MS);
}

function edit(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

async function commit(message: string): Promise<void> {
  await run('git', 'add', '--all');
  await run('git', 'commit', '--quiet', '--message', message);
}

async function mendTheSign(): Promise<void> {
  await step('Reading src/format.js and its test');
  edit(
    'test/format.test.js',
    (text) =>
      `${text}\ntest('zero is positive, from either side', () => {\n  assert.equal(formatHeight(-0.04), '+0.0 m');\n});\n`,
  );
  await step('Wrote a test that fails: formatHeight(-0.04)');
  edit('src/format.js', (text) =>
    text.replace('Math.round(metres * 10) / 10;', 'Math.round(metres * 10) / 10 || 0; // never -0'),
  );
  await step('Mended the rounding; running the tests');
  await run('node', '--test');
  await commit('Write slack water as +0.0 m\n\nRounding a small negative height gave -0, which printed as “-0.0 m”.');
  await step('Looking over the change once more');
  await run(
    'reeve-agent',
    'result',
    'Heights that round to zero are now written `+0.0 m`. A test covers both sides of zero.',
    '--cost-usd',
    '0.12',
    '--tokens',
    '18250',
  );
}

async function rememberTheStation(): Promise<void> {
  if (!isResume) {
    await step('Looking for a place to keep the last station');
    await run(
      ...([
        'reeve-agent',
        'ask',
        'Where should the last station be kept? The library writes no files so far.',
      ] as const),
      ...[
        '--option',
        'In a small file that the caller names',
        '--option',
        'In memory, for as long as the process lives',
      ],
    );
    return;
  }
  await step('Building what was chosen: in memory');
  const station = `let last = null;\n\n/** The station that was asked for last, or null. Kept for as long as the process lives. */\nexport function lastStation() {\n  return last;\n}\n\n/** Remembers a station as the last one. */\nexport function rememberStation(name) {\n  last = name;\n}\n`;
  writeFileSync('src/station.js', station);
  writeFileSync(
    'test/station.test.js',
    `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n\nimport { lastStation, rememberStation } from '../src/station.js';\n\ntest('the last station is remembered', () => {\n  assert.equal(lastStation(), null);\n  rememberStation('Skerry Bay');\n  assert.equal(lastStation(), 'Skerry Bay');\n});\n`,
  );
  edit(
    'README.md',
    (text) => `${text}- \`rememberStation(name)\` and \`lastStation()\` keep the last station in memory.\n`,
  );
  await step('Running the tests');
  await run('node', '--test');
  await commit('Remember the last station in memory');
  await run(
    'reeve-agent',
    'result',
    'The last station is kept in memory, as chosen. It is forgotten when the process ends.',
    '--cost-usd',
    '0.31',
    '--tokens',
    '40120',
  );
}

await (prompt.includes('Remember the last station') ? rememberTheStation() : mendTheSign());
