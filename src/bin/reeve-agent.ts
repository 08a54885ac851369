#!/usr/bin/env node
import { closeSync, constants, openSync, writeSync } from 'node:fs';

import { Command, InvalidArgumentError } from 'commander';

import { agentVerbs } from '../domain/run/agent-verbs.ts';
import { agentOutput } from '../domain/run/output.ts';
import { messageOf } from '../lib/errors.ts';

// How an agent speaks to Reeve: each call appends one JSON line to $REEVE_OUTPUT. It holds no secret and needs no network.

function say(output: unknown, reply: string): void {
  const parsed = agentOutput.safeParse(output);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    fail(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const path = process.env['REEVE_OUTPUT'];
  if (!path) fail('REEVE_OUTPUT is not set: reeve-agent works only inside a run of Reeve.');
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
    writeSync(file, `${JSON.stringify(parsed.data)}\n`); // one write, so that two callers never mix their lines
    closeSync(file);
  } catch (error) {
    fail(`REEVE_OUTPUT cannot be written: ${messageOf(error)}`);
  }
  process.stdout.write(`${reply}\n`);
}

function fail(message: string): never {
  process.stderr.write(`reeve-agent: ${message}\n`);
  process.exit(2);
}

function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

const collect = (value: string, earlier: string[]): string[] => [...earlier, value];
const program = new Command('reeve-agent')
  .description('Tells Reeve what its people should know about this run.')
  // Before the commands, which inherit both.
  .configureOutput({ outputError: (text, write) => write(`reeve-agent: ${text.replace(/^error: /, '')}`) })
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command('ask')
  .description(agentVerbs.ask.does)
  .argument('<question>')
  .option('--option <text>', 'a possible answer; repeat it for each', collect, [])
  .action((question: string, { option }: { option: string[] }) =>
    say(
      { kind: 'ask', question, options: option },
      'Your question is recorded. End now; you will be started again with the answer.',
    ),
  );

program
  .command('progress')
  .description(agentVerbs.progress.does)
  .argument('<text>')
  .action((text: string) => say({ kind: 'progress', text }, 'Noted.'));

program
  .command('result')
  .description(agentVerbs.result.does)
  .argument('<summary>')
  .option('--cost-usd <n>', 'what the run has cost', toNumber)
  .option('--tokens <n>', 'how many tokens it used', toNumber)
  .action((summary: string, spend: { costUsd?: number; tokens?: number }) =>
    say({ kind: 'result', summary, ...spend }, 'Your result is recorded. Commit your work and end with exit code 0.'),
  );

program
  .command('spend')
  .description(agentVerbs.spend.does)
  .option('--cost-usd <n>', 'what the run has cost', toNumber)
  .option('--tokens <n>', 'how many tokens it used', toNumber)
  .action((spend: { costUsd?: number; tokens?: number }) => say({ kind: 'spend', ...spend }, 'Noted.'));

program
  .command('gap')
  .description(agentVerbs.gap.does)
  .argument('<text>')
  .action((text: string) => say({ kind: 'gap', text }, 'Recorded; go on.'));

program
  .command('propose-issue')
  .description(agentVerbs['propose-issue'].does)
  .requiredOption('--title <text>')
  .requiredOption('--body <text>')
  .action(({ title, body }: { title: string; body: string }) =>
    say({ kind: 'propose-issue', title, body }, 'Recorded; a person decides about it. Go on.'),
  );

program.parse();
