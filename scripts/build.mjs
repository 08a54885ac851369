// Builds dist/: the compiler's output and the plain files beside the sources (migrations, the GitHub contract).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const state = join(root, 'node_modules/.cache/tsc/build.tsbuildinfo');
if (!existsSync(dist)) rmSync(state, { force: true });

const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

cpSync(join(root, 'src'), dist, {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
});
for (const name of readdirSync(join(dist, 'bin'))) chmodSync(join(dist, 'bin', name), 0o755);
