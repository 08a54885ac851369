import { findProgram } from '../config/agent-command.ts';
import type { EnvironmentRead } from '../config/env-file.ts';
import { programEnvironment } from '../config/program-environment.ts';
import { readServerConfig } from '../config/server-config.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { exec } from '../lib/exec.ts';
import { probeSandboxes } from '../runs/sandbox.ts';

export type Check = {
  readonly name: string;
  readonly holds: boolean;
  /** What was found and, if it does not hold, how to mend it. */
  readonly says: string;
};

const PROGRAM_MS_MAX = 10_000;
const PROGRAM_OUTPUT_BYTES_MAX = 10_000;
const GIT_VERSION_MIN = [2, 39]; // Debian 12's: `merge-tree --write-tree` and what the mirror asks of fsck

/** Looks at everything a server needs on this machine, whatever else is wrong. */
export async function examine(
  readEnvironment: () => EnvironmentRead,
  nodeVersion: string = process.versions.node,
): Promise<readonly Check[]> {
  const configuration = judgeConfiguration(readEnvironment);
  const environment = programEnvironment(configuration.env);
  const path = environment['PATH'] ?? '';
  return [
    judgeNode(nodeVersion),
    judgeGit(await versionOf('git', environment)),
    judgeFlock(await versionOf('flock', environment)),
    judgeSandbox(await probeSandboxes(path), configuration.env['REEVE_SANDBOX']),
    configuration.check,
    ...(configuration.agent === null ? [] : [judgeAgent(configuration.agent, path)]),
  ];
}

/** One line for each check, the ones to mend marked. */
export function renderChecks(checks: readonly Check[]): string {
  const lines = checks.map(({ name, holds, says }) => {
    const [first = '', ...more] = says.split('\n');
    return [`${holds ? 'ok  ' : 'MEND'} ${name}: ${first}`, ...more.map((line) => `     ${line}`)].join('\n');
  });
  return `${lines.join('\n')}\n`;
}

export function judgeNode(version: string): Check {
  const holds = isAtLeast(version, [22]) || (isAtLeast(version, [20, 18, 1]) && !isAtLeast(version, [21]));
  const says = `version ${version}`;
  return { name: 'Node.js', holds, says: holds ? says : `${says}; install version 20 (from 20.18.1 on) or 22` };
}

export function judgeGit(said: string | null): Check {
  const version = /\d+(?:\.\d+)+/.exec(said ?? '')?.[0];
  if (version === undefined) return { name: 'git', holds: false, says: 'not found on PATH; install git' };
  const holds = isAtLeast(version, GIT_VERSION_MIN);
  const says = `version ${version}`;
  return { name: 'git', holds, says: holds ? says : `${says}; install version ${GIT_VERSION_MIN.join('.')} or later` };
}

function judgeFlock(said: string | null): Check {
  const holds = said !== null;
  return { name: 'flock', holds, says: holds ? 'found' : 'not found on PATH; install the package util-linux' };
}

export function judgeSandbox(working: readonly string[], wanted = 'auto'): Check {
  const name = 'sandbox';
  const best = working[0] ?? 'none';
  if (wanted !== 'auto' && working.includes(wanted))
    return { name, holds: true, says: `${wanted} works, as REEVE_SANDBOX asks` };
  const mend = 'install the package bubblewrap and allow user namespaces';
  if (wanted !== 'auto')
    return { name, holds: false, says: `${wanted} does not work here; ${mend}, or set REEVE_SANDBOX to ${best}` };
  if (best === 'bwrap') return { name, holds: true, says: 'bwrap works: agents see their workspace only' };
  return {
    name,
    holds: false,
    says: `bwrap does not work here, so agents could read files of this machine; ${mend}, or set REEVE_SANDBOX to ${best} if you accept that`,
  };
}

type Configuration = { readonly check: Check; readonly env: EnvironmentRead['env']; readonly agent: string | null };

function judgeConfiguration(readEnvironment: () => EnvironmentRead): Configuration {
  const name = 'configuration';
  let env: EnvironmentRead['env'] = {};
  try {
    const read = readEnvironment();
    env = read.env;
    const config = readServerConfig(env, { envFilePath: read.envFilePath });
    const says = `complete; state is kept in ${config.homePath}`;
    return { check: { name, holds: true, says }, env, agent: config.runs.agentArgv?.[0] ?? null };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { check: { name, holds: false, says: messageOf(error) }, env, agent: null };
  }
}

function judgeAgent(program: string, path: string): Check {
  const name = 'agent';
  const place = findProgram(program, path);
  return place === null
    ? { name, holds: false, says: `${program} is not on PATH; install it, or give its full path in REEVE_AGENT` }
    : { name, holds: true, says: place };
}

/** What a program says of its version; null when it cannot be started. */
async function versionOf(program: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    const limits = { env, timeoutMs: PROGRAM_MS_MAX, outputBytesMax: PROGRAM_OUTPUT_BYTES_MAX };
    return (await exec(program, ['--version'], limits)).stdout;
  } catch {
    return null;
  }
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of least.entries()) {
    const part = parts[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}
