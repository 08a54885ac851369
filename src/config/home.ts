import { accessSync, constants, existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { messageOf } from '../lib/errors.ts';
import { Mistake } from './parsers.ts';

/** The store's file in a home. */
export const STORE_FILE = 'reeve.db';

/** Makes the home if need be and proves that it can be written. Returns its absolute path, without links. */
export function openHome(path: string): string {
  const home = resolve(path);
  const probe = join(home, `.probe-${process.pid}`);
  demandWritable(() => {
    if (!existsSync(home)) makeDirectory(home);
    writeFileSync(probe, '', { mode: 0o600 });
    rmSync(probe);
  });
  demandOwn(home);
  return realpathSync(home); // runs are known by paths in it, so it has one spelling
}

/** What `openHome` would give, as far as a look can tell that makes nothing and writes nothing. */
export function lookAtHome(path: string): string {
  const home = resolve(path);
  const place = nearestIn(home);
  demandWritable(() => accessSync(`${place}/.`, constants.W_OK | constants.X_OK));
  if (place !== home) return home;
  demandOwn(home);
  return realpathSync(home);
}

/** The directory itself, or the nearest one above it that is there. */
export function nearestIn(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestIn(dirname(path));
}

function demandWritable(attempt: () => void): void {
  try {
    attempt();
  } catch (error) {
    throw new Mistake(`cannot be written (${messageOf(error)}); name a directory that the server's user owns`);
  }
}

function demandOwn(home: string): void {
  if ((statSync(home).mode & 0o022) === 0) return;
  throw new Mistake(`is a directory that others may write in; run \`chmod go-w ${home}\``);
}

/** Its parents first: Node's `recursive` does not end where a file system (such as /proc) refuses with ENOENT. */
function makeDirectory(path: string): void {
  if (!existsSync(dirname(path))) makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
