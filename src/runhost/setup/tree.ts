import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';

import { exec } from '../../lib/exec.ts';
import { diskUsage } from '../disk-usage.ts';
import { agentGitOptions } from '../leftovers.ts';
import type { Argv } from './steps.ts';

const GIT_MS_MAX = 10_000; // it reads one small file
const GIT_OUTPUT_BYTES_MAX = 1000;

type Where = {
  /** Wraps a command in the run's sandbox. */
  readonly sandboxed: (argv: Argv) => Argv;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
};

/** The commit that is checked out; null when nobody can tell. */
export async function headOf({ sandboxed, cwd, environment }: Where): Promise<string | null> {
  const options = agentGitOptions.flatMap((option) => ['-c', option]);
  const [program, ...args] = sandboxed(['git', ...options, 'rev-parse', '--verify', 'HEAD']);
  const limits = { timeoutMs: GIT_MS_MAX, outputBytesMax: GIT_OUTPUT_BYTES_MAX };
  const { exitCode, stdout } = await exec(program, args, { cwd, env: environment, ...limits });
  const head = stdout.trim();
  return exitCode === 0 && /^[0-9a-f]{40,64}$/.test(head) ? head : null;
}

/** What a setup has made at one of its paths. `led-astray`: a link stands there or on the way. */
export type Made = { readonly path: string; readonly what: 'absent' | 'led-astray' | 'made'; readonly mib: number };

/** Looks at what was made, without following a link. Nothing may be at work there any more. */
export async function lookAtMade(repo: string, path: string): Promise<Made> {
  const place = join(await realpath(repo), path);
  const found = await lstat(place).catch(() => null); // not there, or a file stands on the way
  if (found === null) return { path, what: 'absent', mib: 0 };
  const isItself = !found.isSymbolicLink() && (await realpath(place)) === place;
  const mib = isItself ? (await diskUsage(place)).mebibytes : null;
  return mib === null ? { path, what: 'led-astray', mib: 0 } : { path, what: 'made', mib };
}
