import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';

import { agentVerbs } from '../../src/domain/run/agent-verbs.ts';
import { agentOutput } from '../../src/domain/run/output.ts';

const directory = mkdtempSync(join(tmpdir(), 'reeve-agent-command-'));
afterAll(() => rmSync(directory, { recursive: true }));
const output = join(directory, 'output.jsonl');
beforeEach(() => writeFileSync(output, ''));

const reeveAgent = (args: string[], env: Record<string, string> = { REEVE_OUTPUT: output }) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('dist/bin/reeve-agent.js'), ...args], {
    env,
    encoding: 'utf8',
  });
  const said = readFileSync(output, 'utf8').split('\n').slice(0, -1);
  return { status, stdout, stderr, said: said.map((line) => agentOutput.parse(JSON.parse(line))) };
};

test.each<[string[], object, RegExp]>([
  [
    ['ask', 'Which "colour"?\n`$(id)`', '--option', 'red', '--option', 'blue'],
    { kind: 'ask', question: 'Which "colour"?\n`$(id)`', options: ['red', 'blue'] },
    /^Your question is recorded. End now; you will be started again with the answer.\n$/,
  ],
  [['ask', 'Why?'], { kind: 'ask', question: 'Why?', options: [] }, /recorded/],
  [['progress', 'Reading'], { kind: 'progress', text: 'Reading' }, /Noted/],
  [['result', 'Done.'], { kind: 'result', summary: 'Done.' }, /recorded/],
  [
    ['result', 'Done.', '--cost-usd', '0.5', '--tokens', '10'],
    { kind: 'result', summary: 'Done.', costUsd: 0.5, tokens: 10 },
    /recorded/,
  ],
  [['spend', '--cost-usd', '0.5', '--tokens', '10'], { kind: 'spend', costUsd: 0.5, tokens: 10 }, /Noted/],
  [['gap', 'No test.'], { kind: 'gap', text: 'No test.' }, /go on/],
  [
    ['propose-issue', '--title', 'T', '--body', 'B'],
    { kind: 'propose-issue', title: 'T', body: 'B' },
    /a person decides/,
  ],
])('%j appends one line and says what happens next', (args, said, reply) => {
  expect(reeveAgent(args)).toEqual({ status: 0, stdout: expect.stringMatching(reply), stderr: '', said: [said] });
});

test('lines are appended, never replaced', () => {
  reeveAgent(['progress', 'one']);
  expect(reeveAgent(['progress', 'two']).said).toHaveLength(2);
});

test.each<[string[], Record<string, string>, RegExp]>([
  [['progress', 'x'], {}, /REEVE_OUTPUT is not set/],
  [['progress', 'x'], { REEVE_OUTPUT: '/nowhere/output.jsonl' }, /REEVE_OUTPUT cannot be written/],
  [['progress', ' '], { REEVE_OUTPUT: output }, /text: /],
  [['ask'], { REEVE_OUTPUT: output }, /missing required argument 'question'/],
  [['result', 'x', '--cost-usd', 'much'], { REEVE_OUTPUT: output }, /It must be a number/],
  [['result', 'x', '--tokens', '1.5'], { REEVE_OUTPUT: output }, /tokens: /],
  [['sing'], { REEVE_OUTPUT: output }, /unknown command 'sing'/],
  [['propose-issue', '--title', 'T'], { REEVE_OUTPUT: output }, /'--body <text>' not specified/],
])('%j with %j writes nothing and says why', (args, env, why) => {
  expect(reeveAgent(args, env)).toEqual({
    ...{ status: 2, stdout: '', said: [] },
    stderr: expect.stringMatching(new RegExp(`^reeve-agent: .*${why.source}`, 's')),
  });
});

test('help says how to speak', () => {
  const { status, stdout } = reeveAgent(['--help']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/ask[\s\S]*progress[\s\S]*result[\s\S]*gap[\s\S]*propose-issue/);
});

test('the prompt tells of every verb of the program, and of no option that it does not have', () => {
  const help = reeveAgent(['--help']).stdout;
  const verbs = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}([a-z-]+)/gm)].map(([, verb]) => verb);
  expect(verbs).toEqual([...Object.keys(agentVerbs), 'mcp', 'help']); // `mcp` is for programs
  for (const [verb, { does, usage }] of Object.entries(agentVerbs)) {
    const text = reeveAgent([verb, '--help']).stdout;
    expect(text.replace(/\s+/g, ' ')).toContain(does);
    for (const [option] of usage.matchAll(/--[a-z-]+/g)) expect(text).toContain(option);
  }
});
