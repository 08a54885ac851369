// Packs each program of a built product into one file where it was, and one for each part that only some of its commands
// read: `node scripts/pack.mjs DIRECTORY`. Most of a short life is the reading of modules, one after another.
import { chmodSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

import { rolldown } from 'rolldown';

const commands = ['reeve', 'reeve-run', 'reeve-agent', 'reeve-network', 'reeve-model', 'reeve-forward', 'demo-agent'];
const startedByThem = ['store/sqlite/writer-thread.js', 'lib/watchdog-thread.js', 'github/reader-program.js'];
const programs = [...commands.map((name) => `bin/${name}.js`), ...startedByThem];
// The first finds its library from where it is itself; the second is for development, and not part of the product.
const external = ['better-sqlite3', '@copilotkit/aimock'];

/**
 * Packs the programs of the product in `directory`, which lies where its packages are found. Every other module stays as
 * it is. Throws when a program cannot be packed; none is changed then.
 */
export async function pack(directory) {
  const files = await Promise.all(programs.map((program) => packedFiles(join(directory, program))));
  for (const [path, code] of files.flat()) writeFileSync(path, code);
  for (const name of commands) chmodSync(join(directory, 'bin', `${name}.js`), 0o755);
}

/** Where each file of a packed program goes, and its text. All of them go beside the program. */
async function packedFiles(program) {
  const directory = dirname(program);
  const name = basename(program, '.js');
  const bundle = await rolldown({
    ...{ input: program, platform: 'node', external, logLevel: 'silent' },
    plugins: [{ name: 'own-places', transform: (code, id) => withItsOwnPlace(code, relative(directory, id)) }],
  });
  const { output } = await bundle.generate({ format: 'esm', chunkFileNames: `${name}.[name].js` });
  await bundle.close();
  for (const { fileName, imports } of output)
    // It would wait for the program, and the program, which waits for its own end at its top level, for it.
    if (imports.includes(`${name}.js`))
      throw new Error(`${fileName} imports ${name}.js: ${program} would never start.`);
  return output.map(({ fileName, code }) => [join(directory, fileName), code]);
}

/** A module that is now part of another file still finds what was beside it, wherever the product is moved as a whole. */
function withItsOwnPlace(code, place) {
  return code.includes('import.meta.url')
    ? code.replaceAll('import.meta.url', `new URL(${JSON.stringify(place)}, import.meta.url).href`)
    : null;
}

const [, self, directory] = process.argv;
if (directory !== undefined && pathToFileURL(self).href === import.meta.url) await pack(directory);
