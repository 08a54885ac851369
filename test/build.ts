import { spawnSync } from 'node:child_process';

/** Tests start the built programs, as an operator does: the server, the run host and the demo. */
export function setup(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed; see above.');
}
