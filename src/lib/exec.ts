import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';

export type { ChildProcess } from 'node:child_process';

const DRAIN_MS = 1000; // for what a killed program has said already

type ExecOptions = {
  readonly cwd?: string;
  /** The whole environment of the program: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Output beyond this many bytes (stdout and stderr each) ends the program. */
  readonly outputBytesMax: number;
  readonly input?: string;
};

export type ExecResult = {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why we ended the program ourselves, or null. */
  readonly endedBecause: 'timeout' | 'output-too-large' | null;
};

/** Those that `exec` waits for. */
const running = new Set<ChildProcess>();

/**
 * Runs a program to its end from an argument array, without a shell, in a process group of its own.
 * A program that takes too long or says too much is killed with its group; a descendant that left the group is not waited
 * for, even if it keeps our pipes open. Rejects only when it cannot be started.
 */
export function exec(program: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    running.add(child);
    let endedBecause: ExecResult['endedBecause'] = null;
    let drain: NodeJS.Timeout | undefined;
    const end = (reason: NonNullable<ExecResult['endedBecause']>): void => {
      if (endedBecause !== null) return;
      endedBecause = reason;
      killGroup(child);
      drain = setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream?.destroy()), DRAIN_MS);
    };
    const timer = setTimeout(() => end('timeout'), options.timeoutMs);
    const stdout = collect(child.stdout, options.outputBytesMax, () => end('output-too-large'));
    const stderr = collect(child.stderr, options.outputBytesMax, () => end('output-too-large'));
    child.stdin?.on('error', () => {}); // the program may end before it has read everything
    child.stdin?.end(options.input);
    child.once('error', (error) => {
      running.delete(child);
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (exitCode) => {
      running.delete(child);
      clearTimeout(timer);
      clearTimeout(drain);
      // A program may end well just before it is killed; what it said is cut off all the same.
      resolve({ exitCode: endedBecause === null ? exitCode : null, stdout: stdout(), stderr: stderr(), endedBecause });
    });
  });
}

/** Kills every program that `exec` still waits for, with its group: for a process that ends and leaves nobody to read it. */
export function killPrograms(): void {
  for (const child of running) killGroup(child);
}

/** Starts a program that goes on by itself; the caller owns the child. For everything that is not run to its end here. */
export function start(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(program, [...args], options);
}

function collect(stream: NodeJS.ReadableStream | null, bytesMax: number, onTooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (size <= bytesMax) chunks.push(chunk);
    size += chunk.length;
    if (size > bytesMax) onTooMuch();
  });
  return () => Buffer.concat(chunks).subarray(0, bytesMax).toString('utf8');
}

/** Kills a program that was started `detached`, with everything in its process group. One that is gone is no error. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL'); // the group is already gone
  }
}
