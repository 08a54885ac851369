// Runs a program that shows figures: `node scripts/prove.mjs crash|bench …`. Builds the product, which these programs start
// as an operator does, and then the program itself (test/NAME/main.ts), which Node 20 cannot run as TypeScript.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const out = join(root, 'node_modules/.cache/proof');
const [name, ...args] = process.argv.slice(2);

const run = (...argv) => {
  // What a build says goes to stderr: stdout is for the figures.
  const { status, signal } = spawnSync(process.execPath, argv, { cwd: root, stdio: ['inherit', 2, 'inherit'] });
  if (status !== 0) process.exit(status ?? (signal === null ? 1 : 130));
};
if (!existsSync(out)) rmSync(join(root, 'node_modules/.cache/tsc/proof.tsbuildinfo'), { force: true });
run('scripts/build.mjs');
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.proof.json');
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'package.json'), '{"type":"module"}\n');
cpSync(join(root, 'src'), join(out, 'src'), { recursive: true, filter: (path) => !path.endsWith('.ts') });

const { status, signal } = spawnSync(process.execPath, [join(out, 'test', String(name), 'main.js'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? (signal === null ? 1 : 130));
