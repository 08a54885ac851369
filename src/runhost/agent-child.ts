import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProcessIdentity } from '../domain/run/run.ts';
import { start } from '../lib/exec.ts';
import { identityOf } from '../lib/process-table.ts';

const DRAIN_MS = 1000; // what was printed before the end is in the pipe already, and nobody is left to print more

export type ChildExit = { readonly exitCode: number | null; readonly signal: string | null };

/** The process we started: the agent itself or its sandbox. */
export type AgentChild = {
  /** Null when it was gone before it could be looked at. */
  readonly identity: ProcessIdentity | null;
  readonly exited: Promise<ChildExit>;
  /** Stops listening: what it prints from now on is not read. */
  ignoreOutput(): void;
  /** Resolves when everything printed was heard. */
  drained(): Promise<void>;
};

type ChildOptions = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onBytes: (bytes: Buffer) => void;
};

/** Starts it in a process group and session of its own, with nothing on stdin. Rejects when it cannot be started. */
export async function startAgentChild({ argv, cwd, environment, onBytes }: ChildOptions): Promise<AgentChild> {
  const [program, ...args] = argv;
  const child = start(program, args, {
    cwd,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  for (const stream of streams) {
    stream.on('data', onBytes);
    stream.on('error', () => {}); // ended by ignoreOutput
  }
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  await once(child, 'spawn');
  let identity: ProcessIdentity | null;
  try {
    identity = child.pid === undefined ? null : await identityOf(child.pid);
  } catch (error) {
    child.kill('SIGKILL'); // what cannot be identified cannot be supervised
    throw error;
  }
  return {
    identity,
    exited,
    ignoreOutput: () => streams.forEach((stream) => stream.destroy()),
    drained: () => Promise.race([closed, delay(DRAIN_MS)]),
  };
}
