import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { ModelAccess } from '../agents/agent.ts';
import type { RunRequest } from '../domain/run/run.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { listenFor } from './listen-for.ts';
import type { ModelProxyOptions, ModelRequest } from './model-proxy.ts';
import { socketAddress } from './network-socket.ts';
import { createSideProgram } from './side-program.ts';

/** The agent's way to its model. */
export type ModelDoor = {
  /** What the agent is told; null when it has to find its model by itself. */
  readonly access: ModelAccess | null;
  readonly forwards: readonly string[];
  /** How the agent's programs are told to go there directly. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute paths that must be readable in the sandbox. */
  readonly readablePaths: readonly string[];
  close(): Promise<void>;
};

type DoorOptions = {
  readonly request: RunRequest;
  /** Of the model's account; null when the server has none for this agent. */
  readonly key: string | null;
  readonly directory: RunDirectory;
  /** Absolute path of the built programs. */
  readonly programsPath: string;
  readonly onAsked: (asked: ModelRequest) => void;
  readonly onError: (error: unknown) => void;
};

const PORT = 3129; // in a network namespace that is new and empty: nobody else has it
const BEARER_BYTES = 32;
const DIRECT = 'localhost,127.0.0.1,::1';
const environment = { no_proxy: DIRECT, NO_PROXY: DIRECT };

/**
 * Opens a door to the model of this run's agent, of which it knows a bearer that works here alone, and never the key. In a
 * sandbox without a network of its own it is a port of the loopback there, otherwise one of this machine's.
 */
export async function openModelDoor(options: DoorOptions): Promise<ModelDoor> {
  const { request, key, directory } = options;
  const { access } = request;
  if (key === null || !access) return noDoor;
  const bearer = randomBytes(BEARER_BYTES).toString('base64url');
  const { costMicroUsdMax, tokensMax } = request.limits;
  let used = { tokens: 0, costMicroUsd: 0 };
  const hello = (): Omit<ModelProxyOptions, 'onAsked'> => ({
    ...{ ...access, key, bearer, costMicroUsdMax, tokensMax, used },
  });
  const program = createSideProgram({
    argv: [join(options.programsPath, 'reeve-model.js')],
    hello,
    onMessage(message) {
      const asked = message as ModelRequest; // our own program, told what it asked
      used = { tokens: asked.tokens, costMicroUsd: asked.costMicroUsd ?? 0 };
      options.onAsked(asked);
    },
    onError: options.onError,
  });
  if (request.network === 'open') {
    const server = await listenFor(program, { host: '127.0.0.1', port: 0 });
    const { port } = server.address() as AddressInfo;
    const close = async (): Promise<void> => {
      server.close();
      program.end();
    };
    return { access: { url: `http://127.0.0.1:${port}`, bearer }, forwards: [], environment, readablePaths: [], close };
  }
  const path = join(directory.path, 'model');
  const socket = join(path, 'model.sock');
  await mkdir(path, { recursive: true, mode: 0o700 });
  await rm(socket, { force: true }); // of a host that died before it claimed the run
  const server = await listenFor(program, socketAddress(socket));
  return {
    access: { url: `http://127.0.0.1:${PORT}`, bearer },
    forwards: [`${PORT}=${socket}`],
    environment,
    readablePaths: [path],
    async close() {
      server.close();
      program.end();
      await rm(path, { recursive: true, force: true });
    },
  };
}

const noDoor: ModelDoor = { access: null, forwards: [], environment: {}, readablePaths: [], close: async () => {} };
