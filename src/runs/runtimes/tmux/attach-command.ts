import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { RunId } from '../../../domain/ids.ts';

const SOCKET_PATH_BYTES_MAX = 107; // what the kernel takes as the address of a unix socket

/**
 * The start of every tmux command of this home: a server of its own, and nobody's configuration. Null where the home's
 * path is too long for a socket in it.
 */
export function tmuxCommand(home: string): readonly [string, ...string[]] | null {
  const socket = join(home, 'tmux.sock');
  return Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX ? null : ['tmux', '-S', socket, '-f', '/dev/null'];
}

/** How tmux is told exactly this session: without the sign it would take any whose name begins so. */
export function tmuxTarget(runId: RunId): string {
  return `=${runId}`;
}

/**
 * The argument array that shows a run's terminal and can change nothing in it; null where this home has no terminals.
 * The terminal of a run that has ended is gone: then tmux says so, and ends with 1.
 */
export function tmuxAttachCommand(home: string, runId: RunId): readonly string[] | null {
  const command = tmuxCommand(home);
  if (command === null || !existsSync(join(home, 'tmux.sock'))) return null;
  return [...command, 'attach-session', '-r', '-t', tmuxTarget(runId)];
}
