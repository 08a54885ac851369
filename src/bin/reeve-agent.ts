#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander';

import { recordOutput } from '../agents/record-output.ts';
import { agentVerbs, type AgentVerbName } from '../domain/run/agent-verbs.ts';

// How an agent speaks to Reeve: each call appends one JSON line to $REEVE_OUTPUT. It holds no secret and needs no network.

function say(output: { readonly kind: AgentVerbName } & Readonly<Record<string, unknown>>): void {
  const recorded = recordOutput(process.env['REEVE_OUTPUT'], output);
  if (recorded.outcome === 'refused') fail(recorded.why);
  process.stdout.write(`${agentVerbs[output.kind].replies}\n`);
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
  .action((question: string, { option }: { option: string[] }) => say({ kind: 'ask', question, options: option }));

program
  .command('progress')
  .description(agentVerbs.progress.does)
  .argument('<text>')
  .action((text: string) => say({ kind: 'progress', text }));

program
  .command('result')
  .description(agentVerbs.result.does)
  .argument('<summary>')
  .option('--cost-usd <n>', 'what the run has cost', toNumber)
  .option('--tokens <n>', 'how many tokens it used', toNumber)
  .action((summary: string, spend: { costUsd?: number; tokens?: number }) =>
    say({ kind: 'result', summary, ...spend }),
  );

program
  .command('spend')
  .description(agentVerbs.spend.does)
  .option('--cost-usd <n>', 'what the run has cost', toNumber)
  .option('--tokens <n>', 'how many tokens it used', toNumber)
  .action((spend: { costUsd?: number; tokens?: number }) => say({ kind: 'spend', ...spend }));

program
  .command('gap')
  .description(agentVerbs.gap.does)
  .argument('<text>')
  .action((text: string) => say({ kind: 'gap', text }));

program
  .command('propose-issue')
  .description(agentVerbs['propose-issue'].does)
  .requiredOption('--title <text>')
  .requiredOption('--body <text>')
  .action(({ title, body }: { title: string; body: string }) => say({ kind: 'propose-issue', title, body }));

program
  .command('mcp')
  .description('serve these verbs as tools of an MCP server on stdin and stdout')
  .action(async () => {
    const { serveVerbs } = await import('../agents/verbs-server.ts'); // the other verbs need nothing of it
    await serveVerbs(process.env['REEVE_OUTPUT']);
  });

await program.parseAsync();
