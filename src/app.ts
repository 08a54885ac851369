import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { ServerConfig } from './config/server-config.ts';
import { publishPolicyDefault } from './config/publish-policy.ts';
import type { Sandbox } from './domain/run/run.ts';
import { createMarker } from './github/marker.ts';
import { createOctokitGitHub } from './github/octokit-github.ts';
import type { Clock } from './lib/clock.ts';
import { endsWithin } from './lib/ends-within.ts';
import { UserError } from './lib/errors.ts';
import { claimHome } from './lib/home-lock.ts';
import type { Logger } from './lib/log.ts';
import { createRedactor } from './lib/redact.ts';
import { createJobs } from './loops/jobs.ts';
import { createLoops } from './loops/loops.ts';
import { createEmbeddedQueue } from './queue/embedded/embedded-queue.ts';
import { createGit } from './runs/git.ts';
import { openLaunchKey } from './runs/launch-key.ts';
import { launchRun } from './runs/launch.ts';
import { createMirrors } from './runs/mirror.ts';
import { observeRun } from './runs/observe.ts';
import { createDetachedRuntime } from './runs/runtimes/detached/detached.ts';
import { probeSandboxes } from './runs/sandbox.ts';
import { stopRun } from './runs/stop.ts';
import { createCloneWorkspaces } from './runs/workspaces/clone/clone.ts';
import { openSqliteStore, openSqliteStoreToRead } from './store/sqlite/sqlite-store.ts';
import type { Store } from './store/store.ts';
import { createIntake } from './web/intake.ts';
import { createProbotApp } from './web/probot.ts';
import { createWebServer } from './web/server.ts';
import type { JobName, Ports } from './work/ports.ts';
import { receiveDelivery } from './work/receive-delivery.ts';
import { routeDelivery } from './work/route-delivery.ts';
import { verifyHome, type Verification } from './work/verify-home.ts';

/** Jobs at once besides one for each slot: a slow clone in every slot must not hold up a stop or a delivery. */
const OTHER_JOBS_MAX = 16;
const STOP_MS_MAX = 10_000; // a clone may take minutes; whoever stops a server kills it after a while, systemd after 90 s
const USER_AGENT = 'reeve';
const STORE_FILE = 'reeve.db';

/** What the operating system gives: passed in, because only bin/ reads the environment. */
type Surroundings = {
  readonly config: ServerConfig;
  readonly log: Logger;
  readonly now: Clock;
  /** `PATH`, and what git needs for the network. Given to git and to run hosts, so it holds no secret. */
  readonly environment: Readonly<Record<string, string>>;
};

export type App = {
  /** Where it listens. */
  readonly url: string;
  /**
   * Resolves when the work in hand is done, or has taken too long: jobs are safe to repeat. The home stays claimed in that
   * case, until the process ends. Running agents are left alone: the next start adopts them.
   */
  stop(): Promise<void>;
};

/**
 * The composition root: the one place that chooses implementations. Claims the home, opens the store, starts the loops
 * and listens. Throws UserErrors for what the operator can mend (a home in use, a sandbox that does not work).
 */
export async function startApp(surroundings: Surroundings): Promise<App> {
  const { config, log, now } = surroundings;
  const claim = await claimHome(config.homePath);
  const store = openSqliteStore({ path: join(config.homePath, STORE_FILE) });
  const queue = createEmbeddedQueue<JobName>({
    concurrency: config.runs.slotsMax + OTHER_JOBS_MAX,
    onError: (err, job, key) => log.error({ err, job, key }, 'A job failed; its loop brings it back.'),
  });
  const ports = await connect(surroundings, store, queue);
  const probot = createProbotApp({
    ...{ appId: config.app.id, privateKey: config.app.privateKey, apiUrl: config.githubApiUrl, log },
    route: (delivery) => routeDelivery(ports, delivery),
  });
  const loops = createLoops(ports, config);
  const web = createWebServer({
    ...config.web,
    log,
    intake: config.roles.includes('web')
      ? createIntake({
          secrets: config.webhookSecrets,
          now,
          log,
          receive: (delivery) => receiveDelivery(ports, delivery),
        })
      : null,
    isReady: () => whatIsUnwell(store, loops),
  });
  queue.start(createJobs(ports, { deliver: (delivery) => probot.deliver(delivery), roles: config.roles }));
  const url = await web.start();
  for (const loop of loops) loop.start();
  if (ports.settings.sandbox !== 'bwrap') {
    log.warn(
      { sandbox: ports.settings.sandbox },
      'Agents can see files of this machine: bubblewrap does not work here. `reeve doctor` says more.',
    );
  }
  log.info(
    { url, home: config.homePath, sandbox: ports.settings.sandbox, slots: ports.settings.slots },
    'Reeve is up.',
  );
  return {
    url,
    async stop() {
      const working = Promise.all([...loops.map((loop) => loop.stop()), queue.stop()]);
      const [hasEnded] = await Promise.all([endsWithin(STOP_MS_MAX, working), web.stop()]);
      await store.close();
      if (hasEnded) return claim.release();
      log.warn('A slow job is broken off; the next start takes it up again.');
    },
  };
}

/**
 * Recomputes from the store of a home what was promised. Reads only, also while a server runs.
 * Throws UserErrors `not-found` and `home-other-version`.
 */
export async function verify(homePath: string): Promise<Verification> {
  const path = join(homePath, STORE_FILE);
  if (!existsSync(path)) {
    throw new UserError('not-found', `${homePath} holds no state of Reeve. Set REEVE_HOME to what the server has.`);
  }
  const store = openSqliteStoreToRead({ path });
  try {
    const git = createGit({ environment: {} });
    const workspaces = createCloneWorkspaces({ git, root: join(homePath, 'workspaces') });
    return await verifyHome(store, { workspaces: () => workspaces.list() });
  } finally {
    await store.close();
  }
}

async function connect(
  { config, log, now, environment }: Surroundings,
  store: Store,
  queue: Ports['queue'],
): Promise<Ports> {
  const { homePath, app, githubApiUrl, runs } = config;
  const key = await openLaunchKey(homePath);
  const git = createGit({ environment });
  const findSecrets = createRedactor(config.secrets);
  const mirrors = createMirrors({
    ...{ git, now, root: join(homePath, 'mirrors') },
    hasSecret: (text) => findSecrets(text) !== text,
  });
  const program = fileURLToPath(new URL('./bin/reeve-run.js', import.meta.url));
  const runtime = createDetachedRuntime({ program, environment });
  const [executable, ...args] = runs.agentArgv ?? ['false'];
  return {
    ...{ store, queue, now, log },
    github: createOctokitGitHub({
      appId: app.id,
      privateKey: app.privateKey,
      apiUrl: githubApiUrl,
      userAgent: USER_AGENT,
      clock: now,
      log,
    }),
    runs: {
      launch: (request) => launchRun({ home: homePath, key, runtime }, request),
      observe: (id) => observeRun(homePath, id),
      stop: (id, at) => stopRun(homePath, id, at),
    },
    openMirror: (repositoryId) => mirrors.open(repositoryId),
    workspaces: createCloneWorkspaces({ git, root: join(homePath, 'workspaces') }),
    marker: createMarker(key),
    redact: createRedactor(config.secrets, homePath),
    newId: randomUUID,
    settings: {
      agent: { kind: 'custom-command', argv: [executable, ...args] },
      agentEnvironment: runs.agentEnvironment,
      slots: runs.slotsMax,
      sandbox: await chooseSandbox(runs.sandbox, environment['PATH'] ?? ''),
      hiddenPaths: runs.hiddenPaths,
      limits: runs.limits,
      publishPolicy: publishPolicyDefault,
    },
  };
}

/** The best sandbox that works here, with the programs on `path`; `none` where none does. */
export async function bestSandbox(path: string): Promise<Sandbox> {
  return (await probeSandboxes(path))[0] ?? 'none';
}

async function chooseSandbox(wanted: Sandbox | 'auto', path: string): Promise<Sandbox> {
  const working = await probeSandboxes(path);
  const chosen = wanted === 'auto' ? working[0] : working.find((sandbox) => sandbox === wanted);
  if (wanted === 'auto' && chosen === 'none') {
    throw new UserError(
      'config-invalid',
      'No sandbox works on this machine, so an agent could read what the server reads. Install bubblewrap (`reeve doctor` says what is missing), or set REEVE_SANDBOX=none if every agent and issue is trusted.',
    );
  }
  if (chosen) return chosen;
  throw new UserError(
    'config-invalid',
    `REEVE_SANDBOX is ${wanted}, which does not work on this machine. \`reeve doctor\` says why; this one works: ${working.join(', ')}.`,
  );
}

/** What `/readyz` reports: a loop that does not pass, a store that cannot be written. */
async function whatIsUnwell(store: Store, loops: ReturnType<typeof createLoops>): Promise<readonly string[]> {
  const late = loops
    .filter((loop) => loop.isLate())
    .map((loop) => `The loop ${loop.name} has not passed for too long.`);
  try {
    await store.checkWritable();
    return late;
  } catch {
    return [...late, 'The store cannot be written.'];
  }
}
