import { mkdir, rename } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { systemClock, type Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { createAct } from './act.ts';
import { afterChange } from './after-change.ts';
import { serveApi, type ApiServer } from './api-server.ts';
import { createAppTokens } from './app-tokens.ts';
import { loadContract } from './contract.ts';
import type { AppCredentials, Control } from './control.ts';
import { serveControl } from './control-server.ts';
import { createDispatch } from './dispatch.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGitServer } from './git-server.ts';
import type { Hub } from './hub.ts';
import { createHookDeliveries, type HookDeliveries } from './hook-deliveries.ts';
import { createMutex } from './mutex.ts';
import { plant, plantRepository } from './plant.ts';
import { createRateLimits } from './rate-limits.ts';
import { createRequestLog, type RequestRecord } from './request-log.ts';
import { openRepository } from './repository.ts';
import { routes } from './routes.ts';
import { parseSeed, repositorySeed, type Seed } from './seed.ts';
import type { App } from './state/people.ts';
import { addUser, createState } from './state.ts';
import { readCheckRuns, readThread, readThreads } from './thread.ts';

export type { AppCredentials, Control } from './control.ts';
export type { Seed } from './seed.ts';
export type { RequestRecord } from './request-log.ts';

export type EmulatorOptions = {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Directory for the git repositories. */
  readonly root: string;
  readonly seed?: Seed;
  readonly clock?: Clock;
  /** Gets one JSON line per request. */
  readonly recordFile?: string;
  /** Checks our own answers against GitHub's contract and keeps what is wrong. */
  readonly checkResponses?: boolean;
};

export type Emulator = {
  /** `http://127.0.0.1:PORT`: the API, git and `/_emulator/`. */
  readonly url: string;
  readonly root: string;
  readonly app: AppCredentials;
  readonly control: Control;
  readonly requests: () => readonly RequestRecord[];
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const defaultSeed: Seed = { app: { id: 1, slug: 'steward', webhookSecret: 'a-secret-for-the-emulator-only' } };

/** A GitHub of one's own on this machine: state in memory, repositories under `root`. */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { root, clock: given = systemClock } = options;
  const seed = parseSeed(options.seed ?? defaultSeed);
  await mkdir(root, { recursive: true });
  let offsetMs = 0;
  const clock: Clock = () => given() + offsetMs;
  const server = createServer();
  const url = await listen(server, options.port ?? 0);
  const faults = createFaults();
  const hooks = createHookDeliveries(clock, faults);
  const hub = createHub({ url, root, clock, hooks });
  const log = createRequestLog(options.recordFile ?? null);
  const dispatch = createDispatch(hub, routes, afterChange);
  const responseProblems: string[] = [];
  const { app, privateKey } = await plant(hub, root, seed);
  const api: ApiServer = {
    hub,
    dispatch,
    contract: loadContract(),
    faults,
    log,
    responseProblems: options.checkResponses === true ? responseProblems : null,
  };
  const control: Control = {
    ...createLevers({ hub, faults, hooks, app }),
    act: createAct({ hub, app }, dispatch),
    addRepository: async (each) => ({ id: (await plantRepository(hub, { root, app }, repositorySeed.parse(each))).id }),
    requests: () => log.all(),
    responseProblems: () => responseProblems,
    advanceClock: (ms) => {
      offsetMs += ms;
    },
    app: () => credentialsOf(hub, app, privateKey),
  };
  attach(server, { api, control, git: createGitServer(hub, root, { log, faults }) });
  return {
    url,
    root,
    control,
    get app() {
      return control.app();
    },
    requests: () => log.all(),
    settled: () => hooks.settled(),
    close: () => close(server, hooks),
  };
}

type HubParts = {
  readonly url: string;
  readonly root: string;
  readonly clock: Clock;
  readonly hooks: HookDeliveries;
};

function createHub({ url, root, clock, hooks }: HubParts): Hub {
  const state = createState();
  const directory = (owner: string, name: string): string => join(root, owner, `${name}.git`);
  return {
    url,
    clock,
    state,
    tokens: createAppTokens(clock),
    rateLimits: createRateLimits(clock),
    ghost: addUser(state, { login: 'ghost', type: 'User', createdAt: clock() }),
    comparisons: new Map(),
    exclusively: createMutex(),
    git: ({ owner, name }) => openRepository(directory(owner.login, name)),
    moveGit: async ({ owner, name }, to) => {
      await mkdir(join(root, to.owner), { recursive: true });
      await rename(directory(owner.login, name), directory(to.owner, to.name));
    },
    deliver: (delivery) => hooks.deliver(delivery),
    deliveriesOf: (app) => hooks.of(app),
  };
}

type LeverParts = {
  readonly hub: Hub;
  readonly faults: Faults;
  readonly hooks: HookDeliveries;
  readonly app: App;
};
type Levers = Omit<Control, 'act' | 'addRepository' | 'requests' | 'responseProblems' | 'advanceClock' | 'app'>;

function createLevers({ hub, faults, hooks, app }: LeverParts): Levers {
  const listedMax = 10_000; // all that the log keeps
  return {
    userToken: (login) => hub.tokens.mintUser(login).token,
    setWebhookUrl: (to) => {
      app.webhook = { ...app.webhook, url: to };
    },
    addFault: (fault) => faults.add(fault),
    clearFaults: (id) => faults.clear(id),
    faults: () => faults.list(),
    meters: () => hub.rateLimits.meters(),
    setLimits: (limits) => hub.rateLimits.configure(limits),
    thread: (repo, number) => readThread(hub, repo, number),
    threads: (repo) => readThreads(hub, repo),
    checkRuns: (repo) => readCheckRuns(hub, repo),
    deliveries: () => hooks.of(app).list({ perPage: listedMax }).items,
    delivery: (id) => hooks.of(app).get(id),
    settle: () => hooks.settled(),
  };
}

function credentialsOf(hub: Hub, app: App, privateKey: string): AppCredentials {
  const first = [...hub.state.installations.values()].find((installation) => installation.app === app);
  const { id, slug, clientId, webhook } = app;
  return { id, slug, clientId, privateKey, webhookSecret: webhook.secret, installationId: first?.id ?? null };
}

type Attached = {
  readonly api: ApiServer;
  readonly control: Control;
  readonly git: ReturnType<typeof createGitServer>;
};

function attach(server: Server, { api, control, git }: Attached): void {
  server.on('request', (request, response) => {
    if (git(request, response)) return;
    const isControl = request.url?.startsWith('/_emulator/') === true;
    const served = isControl ? serveControl(control, request, response) : serveApi(api, request, response);
    served.catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ message: `The emulator failed: ${messageOf(error)}` }));
    });
  });
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(`http://127.0.0.1:${isInternet(address) ? address.port : port}`);
    });
  });
}

function isInternet(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

async function close(server: Server, hooks: HookDeliveries): Promise<void> {
  hooks.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}
