import { findProgram } from '../config/agent-command.ts';
import type { EnvironmentRead } from '../config/env-file.ts';
import { nearestIn } from '../config/home.ts';
import { programEnvironment } from '../config/program-environment.ts';
import { readServerConfig, type ServerConfig } from '../config/server-config.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf, UserError } from '../lib/errors.ts';
import { exec } from '../lib/exec.ts';
import { canLimitNetwork, probeSandboxes } from '../runs/sandbox.ts';
import { askGitHub, type GitHubAnswer } from './ask-github.ts';
import type { Check } from './check.ts';
import { examineAgent } from './examine-agents.ts';
import {
  freeBytesAt,
  judgeCgroups,
  judgeDisk,
  judgeNamespaces,
  judgeNetwork,
  judgeTmux,
  readNamespaceFacts,
  textIn,
} from './examine-machine.ts';

const PROGRAM_MS_MAX = 10_000;
const PROGRAM_OUTPUT_BYTES_MAX = 10_000;
const GIT_VERSION_MIN = [2, 39]; // Debian 12's: `merge-tree --write-tree` and what the mirror asks of fsck

/** Looks at everything a server needs on this machine, whatever else is wrong. */
export async function examine(readEnvironment: () => EnvironmentRead, now: Clock): Promise<readonly Check[]> {
  const configuration = judgeConfiguration(readEnvironment);
  const { config } = configuration;
  const environment = programEnvironment(configuration.env);
  const path = environment['PATH'] ?? '';
  return [
    judgeNode(process.versions.node),
    judgeGit(await versionOf('git', environment)),
    judgeFlock(await versionOf('flock', environment)),
    ...(await examineSandbox(configuration.env, path)),
    judgeTmux(await versionOf('tmux', environment, '-V'), settingOf(configuration.env, 'REEVE_RUNTIME')),
    configuration.check,
    ...(config === null ? [] : await examineConfigured(config, environment, now)),
  ];
}

async function examineSandbox(env: EnvironmentRead['env'], path: string): Promise<readonly Check[]> {
  const wanted = settingOf(env, 'REEVE_SANDBOX') ?? 'auto';
  const working = await probeSandboxes(path);
  const used = wanted === 'auto' ? (working[0] ?? 'none') : wanted;
  return [
    judgeSandbox(working, wanted),
    judgeNamespaces(await readNamespaceFacts(), working.includes('bwrap')),
    judgeNetwork(await canLimitNetwork(path), used, settingOf(env, 'REEVE_NETWORK')),
    judgeCgroups(await textIn('/sys/fs/cgroup/cgroup.controllers')),
  ];
}

/** What is set; empty counts as not set. */
function settingOf(env: EnvironmentRead['env'], name: string): string | undefined {
  return env[name]?.trim() || undefined;
}

async function examineConfigured(
  config: ServerConfig,
  environment: Readonly<Record<string, string>>,
  now: Clock,
): Promise<readonly Check[]> {
  const path = environment['PATH'] ?? '';
  const askVersion = (program: string): Promise<string | null> => versionOf(program, environment);
  return [
    judgeDisk(await freeBytesAt(nearestIn(config.homePath)), config.diskFreeBytesMin, config.homePath),
    ...(await Promise.all((config.runs.agents ?? []).map((agent) => examineAgent(agent, { path, askVersion })))),
    ...(config.runs.setup === null ? [] : [judgeSetup(config.runs.setup.argv[0], path)]),
    judgeGitHub(await askGitHub(config, now), config),
  ];
}

/** One line for each check, marked with its verdict. */
export function renderChecks(checks: readonly Check[]): string {
  const marks = { ok: 'ok  ', warn: 'warn', mend: 'MEND' } as const;
  const lines = checks.map(({ name, verdict, says }) => {
    const [first = '', ...more] = says.split('\n');
    return [`${marks[verdict]} ${name}: ${first}`, ...more.map((line) => `     ${line}`)].join('\n');
  });
  return `${lines.join('\n')}\n`;
}

export function judgeNode(version: string): Check {
  const holds = isAtLeast(version, [22]) || (isAtLeast(version, [20, 18, 1]) && !isAtLeast(version, [21]));
  const says = `version ${version}`;
  return {
    name: 'Node.js',
    verdict: verdictOf(holds),
    says: holds ? says : `${says}; install version 20 (from 20.18.1 on) or 22`,
  };
}

export function judgeGit(said: string | null): Check {
  const version = /\d+(?:\.\d+)+/.exec(said ?? '')?.[0];
  if (version === undefined) return { name: 'git', verdict: 'mend', says: 'not found on PATH; install git' };
  const holds = isAtLeast(version, GIT_VERSION_MIN);
  const says = `version ${version}`;
  const mend = `${says}; install version ${GIT_VERSION_MIN.join('.')} or later`;
  return { name: 'git', verdict: verdictOf(holds), says: holds ? says : mend };
}

function judgeFlock(said: string | null): Check {
  const holds = said !== null;
  const says = holds ? 'found' : 'not found on PATH; install the package util-linux';
  return { name: 'flock', verdict: verdictOf(holds), says };
}

function verdictOf(holds: boolean): Check['verdict'] {
  return holds ? 'ok' : 'mend';
}

export function judgeSandbox(working: readonly string[], wanted = 'auto'): Check {
  const name = 'sandbox';
  const best = working[0] ?? 'none';
  const mend = 'install the package bubblewrap and allow user namespaces';
  const used = wanted === 'auto' ? best : wanted;
  if (!working.includes(used)) {
    return { name, verdict: 'mend', says: `${used} does not work here; ${mend}, or set REEVE_SANDBOX to ${best}` };
  }
  if (used === 'bwrap') return { name, verdict: 'ok', says: 'bwrap works: agents see their workspace only' };
  if (wanted === 'auto') {
    const says = `bwrap does not work here, so agents could read files of this machine; ${mend}, or set REEVE_SANDBOX to ${best} if you accept that`;
    return { name, verdict: verdictOfFallback(best), says };
  }
  const better = best === 'bwrap' ? 'set REEVE_SANDBOX to bwrap, which works here,' : mend;
  const says = `${wanted} works, as REEVE_SANDBOX asks, and lets agents read files of this machine; ${better} to keep them in their workspace`;
  return { name, verdict: 'warn', says };
}

/** The server starts with the second best by itself, and with none only when it is told to. */
function verdictOfFallback(best: string): Check['verdict'] {
  return best === 'none' ? 'mend' : 'warn';
}

/** Whether GitHub knows the App by its key. */
export function judgeGitHub(
  answer: GitHubAnswer,
  { app, githubApiUrl: url }: Pick<ServerConfig, 'app' | 'githubApiUrl'>,
): Check {
  const name = 'GitHub';
  if (answer.kind === 'unreachable') {
    const says = `${url} does not answer (${answer.says}); correct GITHUB_API_URL, or let this machine reach it`;
    return { name, verdict: 'mend', says };
  }
  const { status, says } = answer;
  if (status === 200 && says !== '') return { name, verdict: 'ok', says: `${url} knows the App ${says} by its key` };
  return {
    name,
    verdict: 'mend',
    says: `${url} answered ${status}${says === '' ? '' : ` (${says})`}; ${remedyFor(status, app.id)}`,
  };
}

function remedyFor(status: number, appId: number): string {
  if (status === 401) {
    return `the key is not one of App ${appId}, or this machine's clock is wrong: generate a private key on the App's settings page and set PRIVATE_KEY_PATH to it, compare APP_ID with that page, and set the clock`;
  }
  if (status === 404)
    return `there is no App ${appId} there: compare APP_ID with the App's settings page, and GITHUB_API_URL`;
  if (status >= 500 || status === 429 || status === 403)
    return 'GitHub is unwell or refuses this machine for now: look again later';
  return "that is not an answer of GitHub's API: correct GITHUB_API_URL";
}

type Configuration = {
  readonly check: Check;
  readonly env: EnvironmentRead['env'];
  /** Null when it is not complete. */
  readonly config: ServerConfig | null;
};

function judgeConfiguration(readEnvironment: () => EnvironmentRead): Configuration {
  const name = 'configuration';
  let env: EnvironmentRead['env'] = {};
  try {
    const read = readEnvironment();
    env = read.env;
    const config = readServerConfig(env, { envFilePath: read.envFilePath, isLook: true });
    const says = `complete; state is kept in ${config.homePath}`;
    return { check: { name, verdict: 'ok', says }, env, config };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { check: { name, verdict: 'mend', says: messageOf(error) }, env, config: null };
  }
}

/** A path without / at its start is one in each repository: nobody can look for it here. */
export function judgeSetup(program: string, path: string): Check {
  const name = 'setup';
  if (program.includes('/') && !program.startsWith('/')) {
    return { name, verdict: 'ok', says: `${program}, as each repository has it` };
  }
  const place = findProgram(program, path);
  return place === null
    ? { name, verdict: 'mend', says: `${program} is not on PATH; install it, or give its full path in REEVE_SETUP` }
    : { name, verdict: 'ok', says: place };
}

/** What a program says of its version; null when it cannot be started. */
async function versionOf(
  program: string,
  env: Readonly<Record<string, string>>,
  flag = '--version',
): Promise<string | null> {
  try {
    const limits = { env, timeoutMs: PROGRAM_MS_MAX, outputBytesMax: PROGRAM_OUTPUT_BYTES_MAX };
    return (await exec(program, [flag], limits)).stdout;
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
