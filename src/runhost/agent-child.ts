import { once } from 'node:events';
import { Transform, type Readable, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProcessIdentity } from '../domain/run/run.ts';
import { start, type ChildProcess } from '../lib/exec.ts';
import { identityOf } from '../lib/process-table.ts';

const DRAIN_MS = 1000; // what was printed before the end is in the pipe already, and nobody is left to print more

export type ChildExit = { readonly exitCode: number | null; readonly signal: string | null };

/** Its stdin, and what it prints to stdout within the cap. Writing never throws, and neither ends when the other does. */
export type AgentPipes = { readonly input: Writable; readonly output: Readable };

/** The process we started: the agent itself or its sandbox. */
export type AgentChild = {
  /** Null when it was gone before it could be looked at. */
  readonly identity: ProcessIdentity | null;
  readonly exited: Promise<ChildExit>;
  /** Null unless it speaks a protocol. */
  readonly pipes: AgentPipes | null;
  /** Stops listening: what it prints from now on is not read. */
  ignoreOutput(): void;
  /** Resolves when everything printed was heard. */
  drained(): Promise<void>;
};

type ChildOptions = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Its stdin and stdout belong to a conversation; otherwise nothing is on stdin, and stdout is for people. */
  readonly isConversing: boolean;
  /** Counts what it prints, anywhere; false when it is beyond the cap and worth nothing. */
  readonly count: (bytes: Buffer) => boolean;
  /** What it prints for people, within the cap. */
  readonly onPrinted: (bytes: Buffer) => void;
};

/** Starts it in a process group and session of its own. Rejects when it cannot be started. */
export async function startAgentChild(options: ChildOptions): Promise<AgentChild> {
  const { isConversing, count, onPrinted } = options;
  const [program, ...args] = options.argv;
  const child = start(program, args, {
    cwd: options.cwd,
    env: options.environment,
    detached: true,
    stdio: [isConversing ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const pipes = isConversing ? pipesOf(child, count) : null;
  for (const stream of streams) {
    stream.on('error', () => {}); // ended by ignoreOutput
    if (stream === child.stdout && pipes !== null) continue;
    stream.on('data', (bytes: Buffer) => {
      if (count(bytes)) onPrinted(bytes);
    });
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
    ...{ identity, exited, pipes },
    ignoreOutput: () => streams.forEach((stream) => stream.destroy()),
    drained: () => Promise.race([closed, delay(DRAIN_MS)]),
  };
}

/** Nobody reads faster than the conversation does, so what is not heard yet waits in the agent. */
function pipesOf({ stdin, stdout }: ChildProcess, count: (bytes: Buffer) => boolean): AgentPipes {
  if (stdin === null || stdout === null) throw new Error('It was started without pipes.');
  const output = new Transform({
    transform: (bytes: Buffer, _encoding, done) => done(null, count(bytes) ? bytes : undefined),
  });
  output.on('error', () => {}); // destroyed by the conversation, which has heard enough
  stdin.on('error', () => {}); // the program may end, or close it, before it has read everything
  stdout.pipe(output);
  stdout.once('close', () => output.end()); // also when we stopped listening
  return { input: stdin, output };
}
