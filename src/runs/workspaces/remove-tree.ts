import { lstat } from 'node:fs/promises';

import { exec, type ExecResult } from '../../lib/exec.ts';

const REMOVE_TIMEOUT_MS = 5 * 60_000; // a million small files on a slow disk
const OUTPUT_BYTES_MAX = 1024 * 1024; // it complains once per file that it cannot remove

/**
 * Removes a file, a link or a directory with all that is in it; links are removed, not followed. The system's own programs do
 * it, since an agent can nest directories deeper than a path can be long, or forbid itself to write to them. Not being there is no error.
 */
export async function removeTree(path: string): Promise<void> {
  if (await isAbsent(path)) return; // as mostly before something is made: no program is needed for that
  const first = await run('rm', ['-rf', '--', path]);
  if (first.exitCode === 0) return;
  await run('chmod', ['-R', 'u+rwx', '--', path]); // does not follow links either
  const second = await run('rm', ['-rf', '--', path]);
  if (second.exitCode !== 0) throw new Error(`A directory could not be removed: ${second.stderr.slice(0, 300)}`);
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'; // a look that failed is for rm
  }
}

function run(program: string, args: readonly string[]): Promise<ExecResult> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  return exec(program, args, { env, timeoutMs: REMOVE_TIMEOUT_MS, outputBytesMax: OUTPUT_BYTES_MAX });
}
