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

async function isWorking(sandbox: Sandbox, path: string): Promise<boolean> {
  if (sandbox === 'none') return true;
  const view = {
    workingDirectory: '/',
    emptyDirectories: ['/tmp'],
    hiddenDirectories: [],
    hiddenFiles: [],
    readablePaths: [],
    writablePaths: [],
  };
  const [program, ...args] = sandboxArgv(sandbox, ['sh', '-c', 'echo $$'], view, process.getuid?.() === 0);
  try {
    const { exitCode, stdout } = await exec(program, args, {
      env: { PATH: path },
      timeoutMs: PROBE_MS_MAX,
      outputBytesMax: PROBE_OUTPUT_BYTES_MAX,
    });
    return exitCode === 0 && Number(stdout.trim()) > 0 && Number(stdout.trim()) <= INNER_PID_MAX;
  } catch {
    return false; // the program is not there
  }
}
