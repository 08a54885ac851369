import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const UNPACKED = 'node_modules/.cache/product'; // where the build leaves it
const COPIES = 'node_modules/.cache/crash'; // inside the project, so that packages are found from there

/** A copy of the product before it was packed, to be changed. Gives its directory, which goes when this process ends. */
export function copyUnpacked(name: string): string {
  const copy = resolve(COPIES, String(process.pid), name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  writeFileSync(join(copy, '..', 'package.json'), '{"type":"module","version":"0.0.0"}\n');
  cpSync(UNPACKED, copy, { recursive: true });
  return copy;
}

/** Packs the product in `directory`, as the build does. */
export function pack(directory: string): void {
  const { status } = spawnSync(process.execPath, ['scripts/pack.mjs', directory], { stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) throw new Error(`The product in ${directory} cannot be packed; see above.`);
}
