import { fileURLToPath } from 'node:url';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import type { ServerConfig } from './config/server-config.ts';
import type { Clock } from './lib/clock.ts';
import type { Logger } from './lib/log.ts';
import type { Ports, Runs, WorkSettings } from './work/ports.ts';
import { publishPolicyDefault } from './config/publish-policy.ts';
import type { AgentOnCall } from './domain/pool/choose-agent.ts';
import { githubLimits, withoutLimits, type Limits } from './domain/limits/limits.ts';
import { createMarker } from './github/marker.ts';
import { createLimiter } from './github/limits/limiter.ts';
import { createOctokitGitHub } from './github/octokit-github.ts';
import { boundLooks } from './lib/bound-looks.ts';
import { createRedactor } from './lib/redact.ts';
import { createLaunchLine } from './queue/embedded/launch-line.ts';
import { createGit } from './runs/git.ts';
import { glanceAt } from './runs/glance.ts';
import { openLaunchKey } from './runs/launch-key.ts';
import { prepareRunHost } from './runs/launch.ts';
import { createRunLeftovers } from './runs/leftovers.ts';
import { liveRuns } from './runs/live-runs.ts';
import { createMirrors } from './runs/mirror.ts';
import { createObserver } from './runs/observe.ts';
import { removeRun } from './runs/remove.ts';
import { runDirectoryOf } from './runs/run-directory.ts';
import { leaveMessage } from './runs/run-directory/messages.ts';
import { createDetachedRuntime } from './runs/runtimes/detached/detached.ts';
import { createTmuxRuntime } from './runs/runtimes/tmux/tmux.ts';
import { usualHosts } from './config/network-policy.ts';
import { chooseNetwork, chooseSandbox } from './runs/choose-sandbox.ts';
import { createSetupCache } from './runs/setup-cache.ts';
import { stopRun } from './runs/stop.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { createWorktreeWorkspaces } from './runs/workspaces/worktree/worktree.ts';
import { isDiskShort } from './lib/disk.ts';
import { createMayWrite } from './work/may-write.ts';
import { createQuietRuns } from './work/quiet-runs.ts';

const LOOK_MS_MAX = 30_000; // at one run: it takes milliseconds, unless the disk hangs
const RESERVE_TIMES = 2; // as much room as deliveries need at least: what can go goes before any are refused
const USER_AGENT = 'reeve';

/** What the operating system gives: passed in, because only bin/ reads the environment. */
export type Surroundings = {
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly now: Clock;
  /** `PATH`, and what git needs for the network. Given to git and to run hosts, so it holds no secret. */
  readonly environment: Readonly<Record<string, string>>;
};

function limitsOf({ writeSpacingMs }: ServerConfig): Limits {
  return writeSpacingMs === 0 ? withoutLimits : { ...githubLimits, writeSpacingMs };
}

/** The ports of the use cases, on what this server is configured for. Throws as `startApp` does. */
export async function connect(
  surroundings: Surroundings,
  { store, queue, capacity }: Pick<Ports, 'store' | 'queue' | 'capacity'>,
): Promise<Ports> {
  const { config, log, now, environment } = surroundings;
  const { homePath, app, githubApiUrl } = config;
  const key = await openLaunchKey(homePath);
  const git = createGit({ environment });
  const findSecrets = createRedactor(config.secrets);
  const mirrors = createMirrors({
    ...{ git, now, root: join(homePath, 'mirrors') },
    hasSecret: (text) => findSecrets(text) !== text,
  });
  const mayWrite = createMayWrite(store.lease, now);
  const createWorkspaces = config.runs.workspaces === 'worktree' ? createWorktreeWorkspaces : createCloneWorkspaces;
  return {
    ...{ store, queue, capacity, now, log, mayWrite },
    github: createOctokitGitHub({
      appId: app.id,
      privateKey: app.privateKey,
      apiUrl: githubApiUrl,
      userAgent: USER_AGENT,
      clock: now,
      log,
      mayWrite,
      limiter: createLimiter({
        kept: store.limits,
        clock: now,
        limits: limitsOf(config),
      }),
    }),
    runs: runsOf(surroundings, key),
    quietRuns: createQuietRuns(now),
    leftovers: createRunLeftovers(homePath),
    openMirror: (repositoryId) => mirrors.open(repositoryId),
    isDiskShort: () => isDiskShort(homePath, RESERVE_TIMES * config.diskFreeBytesMin),
    workspaces: createWorkspaces({ git, root: join(homePath, 'workspaces') }),
    setupCache: createSetupCache(homePath),
    marker: createMarker(key),
    redact: createRedactor(config.secrets, homePath),
    newId: randomUUID,
    settings: await settingsOf(surroundings),
  };
}

function runsOf({ config, log, now, environment }: Surroundings, key: Uint8Array): Runs {
  const { homePath: home, runs } = config;
  const program = fileURLToPath(new URL('./bin/reeve-run.js', import.meta.url));
  const runtime =
    runs.runtime === 'detached'
      ? createDetachedRuntime({ program, environment })
      : createTmuxRuntime({
          ...{ program, environment, home },
          onTerminalProblem: (problem) => log.warn({ problem }, 'A run has no terminal to attach to.'),
        });
  const line = createLaunchLine();
  const pad = { home, key, runtime, modelKeyOf: (agent: string) => runs.modelKeys[agent] ?? null };
  return {
    prepareHost: (id, signal) => prepareRunHost(pad, id, (start) => line.inTurn(start, signal)),
    glance: (id) => glanceAt(home, id, now),
    observe: boundLooks(createObserver(home, now), LOOK_MS_MAX),
    stop: (id, at) => stopRun(home, id, at),
    tell: (id, message) => leaveMessage(runDirectoryOf(home, id), message),
    remove: (id) => removeRun(home, id),
    live: (of) => liveRuns(home, of),
  };
}

/** Where no runs are made. */
const noAgent: AgentOnCall = {
  ...{
    name: 'agent',
    kind: 'custom-command',
    argv: ['false'],
    model: null,
    slotsMax: null,
    access: null,
    fallback: null,
  },
};

async function settingsOf({ config, environment }: Surroundings): Promise<WorkSettings> {
  const { runs, listLagMs, crashesMax } = config;
  const path = environment['PATH'] ?? '';
  const sandbox = await chooseSandbox(runs.sandbox, path);
  return {
    agents: runs.agents ?? [noAgent],
    permissions: runs.permissions,
    agentEnvironment: runs.agentEnvironment,
    setupOf: () => runs.setup,
    slots: runs.slotsMax,
    slotsPerRepository: runs.slotsPerRepositoryMax,
    slotsPerInstallation: runs.slotsPerInstallationMax,
    sandbox,
    network: await chooseNetwork(runs.network, { sandbox, path, usual: usualHosts }),
    hiddenPaths: runs.hiddenPaths,
    readablePaths: runs.readablePaths,
    limits: runs.limits,
    budgets: runs.budgets,
    publishPolicy: publishPolicyDefault,
    ...{ listLagMs, crashesMax },
  };
}
