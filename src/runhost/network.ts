import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';

import type { NetworkPolicy } from '../domain/run/network.ts';
import { start, type ChildProcess } from '../lib/exec.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { createRefusals, type Refusals } from './network-refusals.ts';
import { socketAddress } from './network-socket.ts';

type Argv = readonly [string, ...string[]];

/** The agent's way out of its sandbox. */
export type Network = {
  /** The command that starts `argv` with this network, inside the sandbox. */
  wrap(argv: Argv): Argv;
  /** How the agent's programs are told of it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths that must be readable in the sandbox. */
  readonly readablePaths: readonly string[];
  /** One sentence on what was refused, with a blank before it; empty when nothing was. */
  summary(): string;
  close(): Promise<void>;
};

type NetworkOptions = {
  readonly policy: NetworkPolicy;
  readonly directory: RunDirectory;
  /** Absolute path of the built programs. */
  readonly programsPath: string;
  readonly onRefused: Parameters<typeof createRefusals>[0];
  readonly onError: (error: unknown) => void;
};

const PORT = 3128; // in a network namespace that is new and empty: nobody else has it
const CONNECTIONS_WAITING_MAX = 512; // until the proxy has taken them; more are closed at once
const PROXY_STARTS_MAX = 5; // one that an agent can bring down again and again is left down
// Programs look for small letters, for capitals, or for both.
const proxied = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
const direct = ['no_proxy', 'NO_PROXY'];

/** Opens what the policy allows. Nothing of the proxy is loaded before the agent connects for the first time. */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { policy, directory, programsPath } = options;
  if (policy === 'open' || policy.length === 0) return unproxied;
  const path = join(directory.path, 'network');
  const socket = join(path, 'proxy.sock');
  await mkdir(path, { recursive: true, mode: 0o700 });
  await rm(socket, { force: true }); // of a host that died before it claimed the run
  const refusals = createRefusals(options.onRefused);
  const server = await listen(socket, createProxyStarter(options, policy, refusals));
  return {
    wrap: (argv) => [process.execPath, join(programsPath, 'reeve-forward.js'), `${PORT}=${socket}`, '--', ...argv],
    environment: {
      ...Object.fromEntries(proxied.map((name) => [name, `http://127.0.0.1:${PORT}`])),
      ...Object.fromEntries(direct.map((name) => [name, 'localhost,127.0.0.1,::1'])),
      NODE_USE_ENV_PROXY: '1', // Node's own fetch heeds the others only when told to
    },
    readablePaths: [path],
    summary: refusals.summary,
    async close() {
      server.close();
      await rm(path, { recursive: true, force: true });
    },
  };
}

const unproxied: Network = {
  wrap: (argv) => argv,
  environment: {},
  readablePaths: [],
  summary: () => '',
  close: async () => {},
};

type Proxies = { current(): ChildProcess | null; end(): void };

async function listen(socket: string, proxies: Proxies): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (connection) => {
    connection.on('error', () => {});
    const proxy = proxies.current();
    if (proxy === null) connection.destroy();
    else proxy.send('connection', connection, (error) => error && connection.destroy());
  });
  server.maxConnections = CONNECTIONS_WAITING_MAX;
  server.on('close', () => proxies.end());
  server.listen(socketAddress(socket));
  await once(server, 'listening');
  return server;
}

/** A process of its own: what hostile bytes may do to a proxy, they must not do to the run's host. */
function createProxyStarter(options: NetworkOptions, patterns: readonly string[], refusals: Refusals): Proxies {
  const program = join(options.programsPath, 'reeve-network.js');
  let proxy: ChildProcess | null = null;
  let starts = 0;
  return {
    current() {
      if (proxy !== null || starts >= PROXY_STARTS_MAX) return proxy;
      starts += 1;
      const reader = import('./refused-host.ts'); // a host whose agent never connects does not need it
      reader.catch(options.onError);
      const started = start(process.execPath, [program, ...patterns], {
        cwd: '/',
        env: {},
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const forget = (): void => {
        if (proxy === started) proxy = null;
      };
      const take = async (message: unknown): Promise<void> => {
        const refused = (await reader).readRefusedHost(message);
        if (refused !== null) refusals.take(refused);
      };
      started.on('message', (message) => void take(message).catch(options.onError));
      started.on('exit', forget).on('error', options.onError);
      started.once('error', forget);
      proxy = started;
      return started;
    },
    end: () => void proxy?.kill('SIGKILL'),
  };
}
