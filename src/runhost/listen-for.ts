import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';

import type { SideProgram } from './side-program.ts';

const CONNECTIONS_WAITING_MAX = 512; // until the program has taken them; more are closed at once

/** Takes connections at a unix socket, or at a port, and hands each to the program. */
export async function listenFor(program: SideProgram, at: string | ListenOptions): Promise<Server> {
  const server = createServer({ pauseOnConnect: true }, (connection) => program.serve(connection));
  server.maxConnections = CONNECTIONS_WAITING_MAX;
  server.listen(at);
  await once(server, 'listening');
  server.on('error', () => {}); // one connection could not be taken, for want of files: whoever made it sees that
  return server;
}

/** The command that starts `argv` where these ports lead out; `forwards` are `PORT=SOCKET`. */
export function withForwards(
  argv: readonly [string, ...string[]],
  forwards: readonly string[],
  forwardProgram: string,
): readonly [string, ...string[]] {
  return forwards.length === 0 ? argv : [process.execPath, forwardProgram, ...forwards, '--', ...argv];
}
