import type { Socket } from 'node:net';

import { start, type ChildProcess } from '../lib/exec.ts';

type SideProgramOptions = {
  /** Absolute path of the built program, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** The first thing that it is told, each time it is started. */
  readonly hello?: () => object;
  readonly onMessage: (message: unknown) => void;
  readonly onError: (error: unknown) => void;
};

/** A program beside the run host that serves the agent's connections. */
export type SideProgram = {
  /** Hands it a connection, or ends that when there is nobody to serve it. */
  serve(connection: Socket): void;
  end(): void;
};

const STARTS_MAX = 5; // one that an agent can bring down again and again is left down

/**
 * A process of its own, started with the first connection: what hostile bytes may do to it, they must not do to the run's
 * host, and a host whose agent never connects need not carry it.
 */
export function createSideProgram({ argv, hello, onMessage, onError }: SideProgramOptions): SideProgram {
  let program: ChildProcess | null = null;
  const handing = new Map<Socket, ChildProcess>(); // not with the program yet
  let starts = 0;
  const current = (): ChildProcess | null => {
    if (program !== null || starts >= STARTS_MAX) return program;
    starts += 1;
    const started = start(process.execPath, argv, {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const forget = (): void => {
      if (program === started) program = null;
      for (const [connection, to] of handing) if (to === started) connection.destroy();
    };
    started.on('message', onMessage);
    started.on('exit', forget).on('error', onError);
    started.once('error', forget);
    if (hello !== undefined) started.send(hello(), (error) => error && onError(error));
    program = started;
    return started;
  };
  return {
    serve(connection) {
      connection.on('error', () => {});
      const server = current();
      if (server === null) return void connection.destroy();
      handing.set(connection, server);
      connection.once('close', () => handing.delete(connection));
      // We keep our hold of it until it is on its way: one that is sent to a program which dies then ends with that program.
      server.send('connection', connection, { keepOpen: true }, () => connection.destroy());
    },
    end: () => void program?.kill('SIGKILL'),
  };
}
