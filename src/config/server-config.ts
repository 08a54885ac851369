import { resolve } from 'node:path';

import { closest } from '../domain/command/closest.ts';
import type { NetworkPolicy } from '../domain/run/network.ts';
import type { Budgets } from '../domain/budget/budget.ts';
import type { RunLimits, Sandbox } from '../domain/run/run.ts';
import type { SetupSpec } from '../domain/setup/setup.ts';
import { UserError } from '../lib/errors.ts';
import type { AgentOnCall, Roster } from '../domain/pool/choose-agent.ts';
import type { PermissionPolicy } from '../domain/run/permission.ts';
import { findProgram } from './agent-command.ts';
import { rosterOf, type ConfiguredAgent } from './agents.ts';
import { budgetsOf } from './budgets.ts';
import { lookAtHome, openHome } from './home.ts';
import { Mistake } from './parsers.ts';
import { readKeyFile } from './private-key.ts';
import { programEnvironment } from './program-environment.ts';
import { setupChoice, setupOf } from './setup.ts';
import { schema, variableNames, variables, type Values, type VariableName } from './variables.ts';

export const roles = ['web', 'work', 'run'] as const;
/** A share of the server's work: taking deliveries, deciding and writing to GitHub, running agents. */
export type Role = (typeof roles)[number];

export type ServerConfig = {
  readonly roles: readonly Role[];
  readonly app: { readonly id: number; /** PEM, PKCS#8. */ readonly privateKey: string };
  /** Accepted on deliveries: the one in force, then the one before it. */
  readonly webhookSecrets: readonly [string, ...string[]];
  /** Without a slash at its end. */
  readonly githubApiUrl: string;
  readonly web: { readonly host: string; readonly port: number };
  /** Absolute. */
  readonly homePath: string;
  /** Of the home's disk, below which no delivery is taken. */
  readonly diskFreeBytesMin: number;
  readonly logLevel: string;
  readonly pollMs: number;
  readonly sweepMs: number;
  /** Between two writes to GitHub in one installation. */
  readonly writeSpacingMs: number;
  readonly compareMs: number;
  readonly restMs: number;
  readonly listLagMs: number;
  readonly crashesMax: number;
  /** How long what is over is kept. */
  readonly keepMs: number;
  readonly runs: RunsConfig;
  /** Everything here that must never be printed or seen by an agent, for the redactor. */
  readonly secrets: readonly string[];
};

export type RunsConfig = {
  /** Null only where the role `run` is not played. */
  readonly agents: Roster | null;
  readonly permissions: PermissionPolicy;
  /** The keys of the models that agents are let through to, by the name of the agent. Secret. */
  readonly modelKeys: Readonly<Record<string, string>>;
  readonly agentEnvironment: Readonly<Record<string, string>>;
  /** Null where agents begin in what git has checked out. */
  readonly setup: SetupSpec | null;
  readonly slotsMax: number;
  readonly slotsPerRepositoryMax: number;
  readonly slotsPerInstallationMax: number;
  readonly sandbox: Sandbox | 'auto';
  readonly network: NetworkPolicy | 'auto';
  readonly workspaces: 'clone' | 'worktree';
  readonly limits: RunLimits;
  readonly runtime: 'detached' | 'tmux';
  /** Absolute; shown to agents although they lie in a home directory. */
  readonly readablePaths: readonly string[];
  readonly budgets: Budgets;
  /** Absolute paths besides the home that no agent may see. */
  readonly hiddenPaths: readonly string[];
};

export type ReadOptions = {
  /** The roles that this server plays; all unless said otherwise. */
  readonly roles?: readonly Role[];
  /** Where variables came from besides the environment: hidden from agents. Absolute. */
  readonly envFilePath?: string | null;
  /** The home is neither made nor written in. */
  readonly isLook?: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Long enough for an agent to save its work, and well within the 30 seconds in which stop means stop. */
const STOP_GRACE_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
const BYTES_A_MEGABYTE = 1_000_000;
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i;

/**
 * Reads the server's configuration and makes its home, unless it is only looked at. Throws one UserError `config-invalid` that tells every mistake at
 * once, each as a sentence that says what to do. What it gives is frozen.
 */
export function readServerConfig(env: Environment, options: ReadOptions = {}): ServerConfig {
  const { values, mistakes } = readValues(env);
  const attempt = <Value>(name: VariableName, read: () => Value): Value | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(`${name} ${error.message}.`);
      return null;
    }
  };
  const keyPath = textOf(env, 'PRIVATE_KEY_PATH');
  const fileKey = keyPath === undefined ? null : attempt('PRIVATE_KEY_PATH', () => readKeyFile(keyPath));
  mistakes.push(...keyChoice(env), ...agentChoice(env, values, options), ...setupChoice(values), ...misspelled(env));
  const openOrLook = options.isLook === true ? lookAtHome : openHome;
  const homePath = attempt('REEVE_HOME', () => openOrLook(textOf(env, 'REEVE_HOME') ?? variables.REEVE_HOME.preset));
  const agentEnvironment = attempt('REEVE_AGENT_ENV', () => pick(env, values?.REEVE_AGENT_ENV ?? []));
  const privateKey = values?.PRIVATE_KEY ?? fileKey;
  if (mistakes.length > 0 || !values || privateKey === null || homePath === null || agentEnvironment === null) {
    throw invalid(mistakes);
  }
  return deepFreeze(assemble(values, { privateKey, homePath, agentEnvironment, options, env }));
}

/** Where the home of that environment is, without making it. Absolute. */
export function homePathOf(env: Environment): string {
  return resolve(textOf(env, 'REEVE_HOME') ?? variables.REEVE_HOME.preset);
}

/** Values are all there, or mistakes say why not. */
function readValues(env: Environment): { readonly values: Values | null; readonly mistakes: string[] } {
  const texts = variableNames.map((name) => [name, textOf(env, name) ?? variables[name].preset ?? undefined]);
  const parsed = schema.safeParse(Object.fromEntries(texts));
  if (parsed.success) return { values: parsed.data, mistakes: [] };
  const mistakes = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return textOf(env, name) === undefined ? `${name} is not set; ${advice[name] ?? 'set it'}.` : `${name} ${message}.`;
  });
  return { values: null, mistakes };
}

const advice: Readonly<Record<string, string>> = {
  APP_ID: "copy the App's id from the top of its settings page on GitHub",
  WEBHOOK_SECRET: "make one with `openssl rand -hex 32` and set it here and in the App's settings",
};

function keyChoice(env: Environment): readonly string[] {
  const given = [textOf(env, 'PRIVATE_KEY'), textOf(env, 'PRIVATE_KEY_PATH')].filter((text) => text !== undefined);
  if (given.length === 1) return [];
  return given.length === 0
    ? ['PRIVATE_KEY_PATH is not set, nor is PRIVATE_KEY; name the .pem file that GitHub made for the App.']
    : ['PRIVATE_KEY and PRIVATE_KEY_PATH are both set; keep one of them.'];
}

/** Where agents run there has to be one, and its program. A path was looked at when it was read. */
function agentChoice(env: Environment, values: Values | null, options: ReadOptions): readonly string[] {
  if (!(options.roles ?? roles).includes('run')) return [];
  const roster = values && rosterOf(values.REEVE_AGENT ?? null, values.REEVE_AGENTS);
  if (textOf(env, 'REEVE_AGENT') === undefined && !roster) {
    return ['REEVE_AGENT is not set; set it to the command of your agent, or play other roles than run here.'];
  }
  const path = programEnvironment(env)['PATH'] ?? '';
  const missing = (roster ?? []).filter(({ argv }) => findProgram(argv[0], path) === null);
  return missing.map(({ name, argv: [program] }) => {
    const isPreset = roster?.[0].name === name && textOf(env, 'REEVE_AGENT') !== undefined;
    const where = isPreset ? 'REEVE_AGENT names' : `REEVE_AGENTS has ${name} start`;
    return `${where} ${program}, which is not on PATH; install it, or give its full path.`;
  });
}

/** A misspelled variable would silently leave its default in force. */
function misspelled(env: Environment): readonly string[] {
  const strange = Object.keys(env).filter((name) => name.startsWith('REEVE_') && !(name in variables));
  return strange.flatMap((name) => {
    const meant = closest(name, variableNames);
    return meant === null ? [] : [`${name} is not a variable of Reeve; did you mean ${meant}?`];
  });
}

/**
 * The agents, and the keys of their models. An agent is let through to a model when the server has its key and does not
 * give that to the agent itself (REEVE_AGENT_ENV).
 */
function agentsOf(values: Values, env: Environment): Pick<RunsConfig, 'agents' | 'modelKeys'> {
  const roster = rosterOf(values.REEVE_AGENT ?? null, values.REEVE_AGENTS);
  const modelKeys: Record<string, string> = {};
  const settle = ({ key, access, ...agent }: ConfiguredAgent): AgentOnCall => {
    const value = key === null || values.REEVE_AGENT_ENV.includes(key) ? undefined : textOf(env, key);
    if (value === undefined) return { ...agent, access: null };
    modelKeys[agent.name] = value;
    return { ...agent, access };
  };
  const [first, ...others] = roster ?? [];
  return { agents: first ? [settle(first), ...others.map(settle)] : null, modelKeys };
}

function pick(env: Environment, names: readonly string[]): Readonly<Record<string, string>> {
  const absent = names.find((name) => env[name] === undefined);
  if (absent !== undefined) throw new Mistake(`names ${absent}, which is not set; set it, or take its name out`);
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']));
}

function invalid(mistakes: readonly string[]): UserError {
  const [only] = mistakes;
  const text =
    mistakes.length === 1 && only !== undefined
      ? only
      : [`${mistakes.length} things in the configuration are wrong:`, ...mistakes.map((one) => `- ${one}`)].join('\n');
  return new UserError('config-invalid', text);
}

type Gathered = {
  readonly privateKey: string;
  readonly homePath: string;
  readonly agentEnvironment: Readonly<Record<string, string>>;
  readonly options: ReadOptions;
  readonly env: Environment;
};

function assemble(values: Values, { privateKey, homePath, agentEnvironment, options, env }: Gathered): ServerConfig {
  const webhookSecrets: [string, ...string[]] = [values.WEBHOOK_SECRET];
  if (values.WEBHOOK_SECRET_PREVIOUS !== undefined) webhookSecrets.push(values.WEBHOOK_SECRET_PREVIOUS);
  const agentSecrets = Object.entries(agentEnvironment).filter(([name]) => SECRET_NAME.test(name));
  return {
    roles: [...(options.roles ?? roles)],
    app: { id: values.APP_ID, privateKey },
    webhookSecrets,
    githubApiUrl: values.GITHUB_API_URL,
    web: { host: values.HOST, port: values.PORT },
    homePath,
    logLevel: values.LOG_LEVEL,
    pollMs: values.REEVE_POLL_MS,
    sweepMs: values.REEVE_SWEEP_SECONDS * 1000,
    diskFreeBytesMin: values.REEVE_DISK_FREE_MB * BYTES_A_MEGABYTE,
    writeSpacingMs: values.REEVE_WRITE_SPACING_MS,
    compareMs: values.REEVE_COMPARE_SECONDS * 1000,
    restMs: values.REEVE_REST_MS,
    listLagMs: values.REEVE_LIST_LAG_MS,
    crashesMax: values.REEVE_CRASHES_MAX,
    keepMs: values.REEVE_KEEP_DAYS * DAY_MS,
    runs: {
      ...agentsOf(values, env),
      permissions: values.REEVE_PERMISSIONS,
      agentEnvironment,
      setup: setupOf(values),
      slotsMax: values.REEVE_SLOTS,
      slotsPerRepositoryMax: values.REEVE_SLOTS_PER_REPOSITORY ?? values.REEVE_SLOTS,
      slotsPerInstallationMax: values.REEVE_SLOTS_PER_INSTALLATION ?? values.REEVE_SLOTS,
      sandbox: values.REEVE_SANDBOX,
      network: values.REEVE_NETWORK,
      runtime: values.REEVE_RUNTIME,
      readablePaths: values.REEVE_READABLE_PATHS,
      workspaces: values.REEVE_WORKSPACES,
      limits: {
        wallMs: values.REEVE_RUN_MINUTES * 60_000,
        silenceMs: values.REEVE_SILENCE_MINUTES * 60_000,
        outputBytesMax: values.REEVE_OUTPUT_MB * BYTES_A_MEGABYTE,
        memoryMiBMax: values.REEVE_RUN_MEMORY_MB,
        processesMax: values.REEVE_RUN_PROCESSES,
        diskMiBMax: values.REEVE_RUN_DISK_MB,
        costMicroUsdMax: null,
        tokensMax: null,
        askGraceMs: values.REEVE_ASK_GRACE_SECONDS * 1000,
        stopGraceMs: STOP_GRACE_MS,
      },
      budgets: budgetsOf(values),
      hiddenPaths: [values.PRIVATE_KEY_PATH, options.envFilePath].flatMap((path) => (path ? [resolve(path)] : [])),
    },
    secrets: [
      ...[privateKey, ...webhookSecrets, ...agentSecrets.map(([, value]) => value)],
      ...Object.values(agentsOf(values, env).modelKeys),
    ],
  };
}

/** What is set, without blanks around it; empty counts as not set. */
function textOf(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim();
  return text === '' ? undefined : text;
}

function deepFreeze<Tree extends object>(tree: Tree): Tree {
  for (const part of Object.values(tree)) if (typeof part === 'object' && part !== null) deepFreeze(part);
  return Object.freeze(tree);
}
