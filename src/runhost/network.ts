import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { NetworkPolicy } from '../domain/run/network.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { createRefusals, type Refusals } from './network-refusals.ts';
import { listenFor } from './listen-for.ts';
import { socketAddress } from './network-socket.ts';
import type { readRefusedHost } from './refused-host.ts';
import { createSideProgram, type SideProgram } from './side-program.ts';

/** The agent's way out of its sandbox. */
export type Network = {
  /** Ports of its own loopback that lead out, as `PORT=SOCKET`. */
  readonly forwards: readonly string[];
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
// Programs look for small letters, for capitals, or for both.
const proxied = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
const direct = ['no_proxy', 'NO_PROXY'];

/** Opens what the policy allows. Nothing of the proxy is loaded before the agent connects for the first time. */
export async function openNetwork(options: NetworkOptions): Promise<Network> {
  const { policy, directory } = options;
  if (policy === 'open' || policy.length === 0) return unproxied;
  const path = join(directory.path, 'network');
  const socket = join(path, 'proxy.sock');
  await mkdir(path, { recursive: true, mode: 0o700 });
  await rm(socket, { force: true }); // of a host that died before it claimed the run
  const refusals = createRefusals(options.onRefused);
  const proxy = proxyProgram(options, policy, refusals);
  const server = await listenFor(proxy, socketAddress(socket));
  return {
    forwards: [`${PORT}=${socket}`],
    environment: {
      ...Object.fromEntries(proxied.map((name) => [name, `http://127.0.0.1:${PORT}`])),
      ...Object.fromEntries(direct.map((name) => [name, 'localhost,127.0.0.1,::1'])),
      NODE_USE_ENV_PROXY: '1', // Node's own fetch heeds the others only when told to
    },
    readablePaths: [path],
    summary: refusals.summary,
    async close() {
      server.close();
      proxy.end();
      await rm(path, { recursive: true, force: true });
    },
  };
}

const unproxied: Network = {
  forwards: [],
  environment: {},
  readablePaths: [],
  summary: () => '',
  close: async () => {},
};

type Reader = { readonly readRefusedHost: typeof readRefusedHost };

function proxyProgram(options: NetworkOptions, patterns: readonly string[], refusals: Refusals): SideProgram {
  let reader: Promise<Reader> | null = null;
  const take = async (message: unknown): Promise<void> => {
    reader ??= import('./refused-host.ts'); // a host whose agent is refused nothing does not need it
    const refused = (await reader).readRefusedHost(message);
    if (refused !== null) refusals.take(refused);
  };
  return createSideProgram({
    argv: [join(options.programsPath, 'reeve-network.js'), ...patterns],
    onMessage: (message) => void take(message).catch(options.onError),
    onError: options.onError,
  });
}
