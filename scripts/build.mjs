// Builds dist/: the compiler's output with the plain files beside the sources (migrations, the GitHub contract), and over
// it the packed programs. What is not packed yet stays in node_modules/.cache/product, where the compiler goes on from.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const product = join(root, 'node_modules/.cache/product');
const state = join(root, 'node_modules/.cache/tsc/build.tsbuildinfo');
const dist = join(root, 'dist');
const stamp = join(dist, '.built-from'); // written last: without it, or with another one, dist is made anew

if (!existsSync(product)) rmSync(state, { force: true });
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
cpSync(join(root, 'src'), product, { recursive: true, filter: (path) => !path.endsWith('.ts') });

const source = hashOf([
  ...filesBelow(product),
  ...['package-lock.json', 'scripts/build.mjs', 'scripts/pack.mjs'].map((name) => join(root, name)),
]);
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== source) {
  rmSync(dist, { recursive: true, force: true });
  cpSync(product, dist, { recursive: true });
  const { pack } = await import('./pack.mjs'); // reading the bundler takes longer than seeing that nothing has changed
  await pack(dist);
  writeFileSync(stamp, source);
}

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
