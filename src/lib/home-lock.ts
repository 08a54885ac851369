import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { replaceFile } from './atomic-file.ts';
import { messageOf, UserError } from './errors.ts';
import { start } from './exec.ts';

export type HomeClaim = {
  /** Lets another server have the home. Harmless when repeated. */
  release(): void;
};

const OWNER_FILE = 'server.pid';
const PROGRAM_PATH = '/usr/local/bin:/usr/bin:/bin';
const ECHO_MS_MAX = 5000; // a program that the dead owner was about to start has the description until it has started
const ECHO_LOOK_MS = 50;
const LOCK_MS_MAX = 5000; // `flock` answers at once; a file system that does not answer is not fit for a home

/**
 * Claims the directory `path` for this process until it is released or the process ends, however it ends. A second claim
 * is refused with a UserError `home-in-use` that names the owner's pid.
 *
 * The claim is the kernel's own lock (flock) on the directory itself: `flock` locks the file description that we share
 * with it and ends, and the lock stays for as long as we keep the description open. So nothing is left behind by a kill,
 * nothing needs to be judged stale, of two claimers at once exactly one succeeds, and there is no file to delete by
 * mistake. Programs that we start do not inherit the description. `server.pid` is for people only.
 */
export async function claimHome(path: string): Promise<HomeClaim> {
  const descriptor = openDirectory(path);
  try {
    await lockUnlessInUse(descriptor, path);
    await replaceFile(join(path, OWNER_FILE), `${process.pid}\n`).catch((error: unknown) => {
      throw unwritable(path, error);
    });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  let isReleased = false;
  return {
    release() {
      if (!isReleased) closeSync(descriptor);
      isReleased = true;
    },
  };
}

/** A bare number: a FileHandle that nobody refers to any more is closed by the garbage collector, and the lock with it. */
function openDirectory(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** An owner that is not there any more is waited for a little: its lock goes with the last of what it started. */
async function lockUnlessInUse(descriptor: number, path: string): Promise<void> {
  for (let waitedMs = 0; !(await lock(descriptor)); waitedMs += ECHO_LOOK_MS) {
    const owner = await readOwner(path);
    if (waitedMs >= ECHO_MS_MAX || owner === null || isThere(owner)) throw inUse(path, owner);
    await delay(ECHO_LOOK_MS);
  }
}

/** Whether we got the lock. */
async function lock(descriptor: number): Promise<boolean> {
  const child = start('flock', ['-x', '-n', '3'], {
    env: { PATH: PROGRAM_PATH },
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    timeout: LOCK_MS_MAX,
    killSignal: 'SIGKILL',
  });
  try {
    const [exitCode] = await once(child, 'close');
    if (exitCode === 0 || exitCode === 1) return exitCode === 0;
    throw new UserError(
      'home-unwritable',
      `The home cannot be locked (flock ended with ${String(exitCode)}); use a directory on a local disk.`,
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('program-missing', 'The program flock is not installed; install the package util-linux.', {
      cause: error,
    });
  }
}

async function readOwner(path: string): Promise<number | null> {
  const text = (await readFile(join(path, OWNER_FILE), 'utf8').catch(() => '')).trim();
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function inUse(path: string, owner: number | null): UserError {
  const who = owner === null ? 'another process' : `the process ${owner}`;
  return new UserError(
    'home-in-use',
    `A server already uses the home ${path}: ${who}; stop it first, or set REEVE_HOME to another directory.`,
  );
}

function unwritable(path: string, cause: unknown): UserError {
  const text = `The home ${path} cannot be used (${messageOf(cause)}); make it a directory that the server's user owns.`;
  return new UserError('home-unwritable', text, { cause });
}
