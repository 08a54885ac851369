import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { findProgram } from '../config/agent-command.ts';
import type { KnownAgent } from '../config/agents.ts';
import { UserError } from '../lib/errors.ts';

/** Each agent's command and the package that brings it. */
const programs: Readonly<Record<KnownAgent, { readonly command: string; readonly package: string }>> = {
  'claude-code': { command: 'claude', package: '@anthropic-ai/claude-code' },
  codex: { command: 'codex', package: '@openai/codex' },
  opencode: { command: 'opencode', package: 'opencode-ai' },
  gemini: { command: 'gemini', package: '@google/gemini-cli' },
};

type Places = {
  /** The program itself, when somebody named it. */
  readonly named: string | null;
  readonly path: string;
  /** Where `npm run test:agents` keeps its agents, each in a directory of its own. */
  readonly cachePath: string;
};

/**
 * Where an agent's program is: where somebody says, else on `path`, else what `npm run test:agents` has installed. All links
 * are followed, because a sandbox shows the program and not the way to it. Throws a UserError that says how to get it.
 */
export async function agentProgram(agent: KnownAgent, { named, path, cachePath }: Places): Promise<string> {
  const { command, package: name } = programs[agent];
  if (named !== null) {
    const found = findProgram(named, path);
    if (found !== null) return realpath(found);
    throw new UserError('wrong-use', `--agent-program names ${named}, which is no program; name the one of ${agent}.`);
  }
  const found = findProgram(command, path) ?? (await cachedProgram(agent, command, cachePath));
  if (found !== null) return realpath(found);
  throw new UserError(
    'program-missing',
    `There is no program \`${command}\` on your PATH: install ${agent} with \`npm install --global ${name}\`, or name its program with --agent-program.`,
  );
}

/** The newest version of what was installed for tests. */
async function cachedProgram(agent: KnownAgent, command: string, cachePath: string): Promise<string | null> {
  const names = await readdir(cachePath).catch(() => []); // most machines have none
  const programs = names
    .filter((name) => name.startsWith(`${agent}@`))
    .toSorted((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .map((name) => findProgram(join(cachePath, name, 'node_modules', '.bin', command), ''));
  return programs.find((program) => program !== null) ?? null;
}
