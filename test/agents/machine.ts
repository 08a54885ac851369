import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const INSIDE = 'REEVE_AGENTS_INSIDE';
/** A network namespace with its loopback up and no way out; all else of the machine is as it is. */
const ALONE = ['bwrap', '--dev-bind', '/', '/', '--unshare-net', '--die-with-parent', '--'] as const;

/** Whether this process has no network but its own loopback, by the kernel's word. */
export function isAlone(): boolean {
  return process.env[INSIDE] === '1' && interfaces().join() === 'lo';
}

function interfaces(): string[] {
  const lines = readFileSync('/proc/self/net/dev', 'utf8').matchAll(/^\s*([^\s:|]+):/gm);
  return [...lines].map(([, name]) => name!);
}

/** Runs this program once more with no connection off the machine. Resolves with its exit code. */
export async function runAlone(): Promise<number> {
  const probe = spawnSync(ALONE[0], [...ALONE.slice(1), 'true'], { encoding: 'utf8' });
  if (probe.status !== 0) {
    const why = probe.error?.message ?? probe.stderr.trim();
    throw new Error(
      `bwrap cannot make a network of its own here (${why}); install bubblewrap and allow user namespaces.`,
    );
  }
  const [program, ...args] = [...ALONE, process.execPath, ...process.argv.slice(1)];
  const child = spawn(program!, args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
