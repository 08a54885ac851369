import { once } from 'node:events';
import { constants } from 'node:os';
import { connect, createServer, type Socket } from 'node:net';

import { messageOf } from '../lib/errors.ts';
import { start } from '../lib/exec.ts';
import { socketAddress } from './network-socket.ts';

const EXIT_NOT_STARTED = 127;
const EXIT_SIGNAL_BASE = 128;

/**
 * Makes each unix socket reachable as a port of 127.0.0.1, and runs the program behind `--` to its end: where a sandbox
 * has no network of its own, that is all its program can reach. Gives its exit code, or 128 and the number of its signal.
 */
export async function forwardAndRun(args: readonly string[]): Promise<number> {
  const dashes = args.indexOf('--');
  const [program, ...rest] = args.slice(dashes + 1);
  if (dashes < 1 || program === undefined) return fail('Usage: reeve-forward PORT=SOCKET… -- PROGRAM ARGUMENT…');
  // A stop is for the program: this one stays as long as it does.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  try {
    await Promise.all(args.slice(0, dashes).map(forward));
    const child = start(program, rest, { stdio: 'inherit' });
    const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal === null ? (exitCode ?? 1) : EXIT_SIGNAL_BASE + constants.signals[signal];
  } catch (error) {
    return fail(messageOf(error));
  }
}

async function forward(pair: string): Promise<void> {
  const [, port, path] = /^(\d+)=(\/.+)$/.exec(pair) ?? [];
  if (path === undefined) throw new Error(`Not a PORT=SOCKET: ${pair}`);
  const address = socketAddress(path);
  const server = createServer({ allowHalfOpen: true }, (near) =>
    join(near, connect({ path: address, allowHalfOpen: true })),
  );
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
}

function join(near: Socket, far: Socket): void {
  const end = (): void => {
    near.destroy();
    far.destroy();
  };
  near.on('error', end).pipe(far);
  far.on('error', end).pipe(near);
}

function fail(message: string): number {
  process.stderr.write(`reeve-forward: ${message}\n`);
  return EXIT_NOT_STARTED;
}
