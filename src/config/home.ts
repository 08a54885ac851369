import { existsSync, mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { messageOf } from '../lib/errors.ts';
import { Mistake } from './parsers.ts';

/** The store's file in a home. */
export const STORE_FILE = 'reeve.db';

/** Makes the home if need be and proves that it can be written. Returns its absolute path, without links. */
export function openHome(path: string): string {
  const home = resolve(path);
  const probe = join(home, `.probe-${process.pid}`);
  try {
    if (!existsSync(home)) makeDirectory(home);
    writeFileSync(probe, '', { mode: 0o600 });
    rmSync(probe);
  } catch (error) {
    throw new Mistake(`cannot be written (${messageOf(error)}); name a directory that the server's user owns`);
  }
  if ((statSync(home).mode & 0o022) !== 0) {
    throw new Mistake(`is a directory that others may write in; run \`chmod go-w ${home}\``);
  }
  return realpathSync(home); // runs are known by paths in it, so it has one spelling
}

/** Its parents first: Node's `recursive` does not end where a file system (such as /proc) refuses with ENOENT. */
function makeDirectory(path: string): void {
  if (!existsSync(dirname(path))) makeDirectory(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}
