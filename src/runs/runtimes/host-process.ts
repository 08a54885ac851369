import { once } from 'node:events';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { endProcesses } from '../../lib/end-processes.ts';
import { start, type ChildProcess } from '../../lib/exec.ts';
import { livenessOf } from '../../lib/process-table.ts';
import { runDirectoryAt } from '../run-directory.ts';
import { readClaim } from '../run-directory/claim.ts';
import { readTranscript } from '../run-directory/transcript.ts';
import { hostFlags } from './host-flags.ts';
import type { Runtime } from './runtime.ts';

// What every runtime does alike: the host is a process of its own, and the run directory says which.

export type HostProgram = {
  /** Absolute path of the built `reeve-run.js`. */
  readonly program: string;
  /** The host's whole environment (PATH, HOME, …): no secret of the server belongs in it. */
  readonly environment: Readonly<Record<string, string>>;
};

const MESSAGES_BYTES_MAX = 100_000;
const MESSAGE_CHARACTERS_MAX = 2000;
// The keys that it is given must not outlive it in a core file, nor those of whatever it starts. The shell becomes the host.
const withoutCore = ['-c', 'ulimit -c 0; exec "$@"', 'sh'];
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/** `begin` gives the host's pid. */
type StartedProcess = {
  readonly begin: (key: Uint8Array) => Promise<number | undefined>;
  readonly dismiss: () => void;
};

/**
 * Starts the host in a session of its own, attached to no terminal and to no pipe of ours but the one that its key comes on:
 * it prints to `host.log`. One that ended while it waited is started once more.
 */
export async function startHostProcess(program: HostProgram, runDirectory: string): Promise<StartedProcess> {
  const host = await spawnHost(program, runDirectory);
  return {
    async begin(key) {
      const hasEnded = host.exitCode !== null || host.signalCode !== null;
      const last = hasEnded ? await spawnHost(program, runDirectory) : host;
      last.stdin?.end(key);
      return last.pid;
    },
    dismiss: () => host.stdin?.end(), // without a key it ends
  };
}

async function spawnHost({ program, environment }: HostProgram, runDirectory: string): Promise<ChildProcess> {
  const log = await open(join(runDirectory, 'host.log'), APPEND, 0o600);
  try {
    const host = start('/bin/sh', [...withoutCore, process.execPath, ...hostFlags, program, runDirectory], {
      cwd: '/',
      env: environment,
      detached: true,
      stdio: ['pipe', log.fd, log.fd],
    });
    await once(host, 'spawn');
    host.stdin?.on('error', () => {}); // a host that finds its run claimed ends before it reads
    host.unref();
    return host;
  } finally {
    await log.close();
  }
}

/** The verbs of a runtime that need no more than the run directory. */
export const hostVerbs: Pick<Runtime, 'destroy' | 'isAlive' | 'sendMessage' | 'getOutput'> = {
  async destroy(runDirectory) {
    const claim = await readClaim(runDirectoryAt(runDirectory));
    if (claim.kind !== 'read') return;
    const host = claim.value;
    await endProcesses(async () => ((await livenessOf(host)) === 'dead' ? [] : [host]));
  },

  async isAlive(runDirectory) {
    const claim = await readClaim(runDirectoryAt(runDirectory));
    if (claim.kind === 'problem') return 'unknown';
    return claim.kind === 'read' ? livenessOf(claim.value) : 'dead';
  },

  async sendMessage(runDirectory, message) {
    const file = await open(messagesPath(runDirectory), APPEND, 0o600);
    try {
      const line = `${message.replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, MESSAGE_CHARACTERS_MAX)}\n`;
      if ((await file.stat()).size + Buffer.byteLength(line) <= MESSAGES_BYTES_MAX) await file.write(line);
    } finally {
      await file.close();
    }
  },

  async getOutput(runDirectory, from, bytesMax) {
    return (await readTranscript(runDirectoryAt(runDirectory), { from, maxBytes: bytesMax })).bytes;
  },
};

/** Where `sendMessage` writes. */
export function messagesPath(runDirectory: string): string {
  return join(runDirectory, 'messages.log');
}
