import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { rolldown } from 'rolldown';

const CACHE = 'node_modules/.cache/crash'; // inside the project, so that packages are found from there
/** What a living server starts; each stays where it is, so that it is found there. */
const PROGRAMS = [
  ...['bin/reeve.js', 'bin/reeve-run.js'],
  ...['store/sqlite/writer-thread.js', 'lib/watchdog-thread.js', 'github/reader-program.js'],
] as const;
/** No part of a program's one file: what has a compiled part, and what only other commands read. */
const APART = ['better-sqlite3', '../demo/demo.js', '../demo/emulate.js'];

/** A copy of the built product, to be changed and packed. Gives its directory, which goes when this process ends. */
export function copyProduct(dist: string, name: string): string {
  const copy = resolve(CACHE, String(process.pid), name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  writeFileSync(join(copy, '..', 'package.json'), '{"type":"module","version":"0.0.0"}\n');
  cpSync(dist, copy, { recursive: true });
  return copy;
}

/**
 * Brings each program of the built product in `directory` into one file, where it was. It starts in a third of the time:
 * most of a life that is killed at once is the reading of modules.
 */
export async function pack(directory: string): Promise<void> {
  for (const program of PROGRAMS) {
    const bundle = await rolldown({
      ...{ input: join(directory, program), platform: 'node', external: APART, logLevel: 'silent' },
      plugins: [{ name: 'own-places', transform: withItsOwnPlace }],
    });
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    await bundle.close();
    writeFileSync(join(directory, program), output[0].code);
  }
}

/** A module that is now part of another file still finds what was beside it. */
function withItsOwnPlace(code: string, id: string): string | null {
  return code.includes('import.meta.url')
    ? code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
    : null;
}
