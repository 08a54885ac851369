import { sandboxArgv } from '../domain/run/sandbox.ts';
import type { Sandbox } from '../domain/run/run.ts';
import { exec } from '../lib/exec.ts';

const PROBE_MS_MAX = 10_000; // a sandbox that takes longer to start is of no use
const PROBE_OUTPUT_BYTES_MAX = 10_000;
const INNER_PID_MAX = 9; // inside a pid namespace of its own a program is among the first

const bestFirst: readonly Sandbox[] = ['bwrap', 'pid-namespace', 'none'];

/** The sandboxes this machine can make, tried for real, best first; `none` is always the last. */
export async function probeSandboxes(path: string): Promise<Sandbox[]> {
  const works = await Promise.all(bestFirst.map((sandbox) => isWorking(sandbox, path)));
  return bestFirst.filter((_, index) => works[index]);
}

/** Whether an agent can be kept from the network here: `bwrap` with a network namespace, tried for real. */
export async function canLimitNetwork(path: string): Promise<boolean> {
  const seen = await probe('bwrap', { path, hasNetwork: false, script: 'cat /proc/net/dev' });
  const interfaces = seen?.match(/^\s*[^\s:]+:/gm)?.map((name) => name.trim());
  return interfaces?.join() === 'lo:';
}

async function isWorking(sandbox: Sandbox, path: string): Promise<boolean> {
  if (sandbox === 'none') return true;
  const pid = Number((await probe(sandbox, { path, hasNetwork: true, script: 'echo $$' }))?.trim());
  return pid > 0 && pid <= INNER_PID_MAX;
}

type Probe = { readonly path: string; readonly hasNetwork: boolean; readonly script: string };

/** What a script prints in the sandbox; null when that cannot be made, or the script fails. */
async function probe(sandbox: Sandbox, { path, hasNetwork, script }: Probe): Promise<string | null> {
  const view = {
    workingDirectory: '/',
    hasNetwork,
    emptyDirectories: ['/tmp'],
    hiddenDirectories: [],
    hiddenFiles: [],
    readablePaths: [],
    writablePaths: [],
  };
  const [program, ...args] = sandboxArgv(sandbox, ['sh', '-c', script], view, process.getuid?.() === 0);
  try {
    const { exitCode, stdout } = await exec(program, args, {
      env: { PATH: path },
      timeoutMs: PROBE_MS_MAX,
      outputBytesMax: PROBE_OUTPUT_BYTES_MAX,
    });
    return exitCode === 0 ? stdout : null;
  } catch {
    return null; // the program is not there
  }
}
