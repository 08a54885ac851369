import { start } from '../lib/exec.ts';

export type GitResult = {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** True when the output was cut at its bound; the program was ended then. */
  readonly isCut: boolean;
};

export type GitOptions = {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
};

/** The whole environment of every git that the emulator starts: no configuration of the machine, no prompts, UTC. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  PATH: '/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin', // the customary homes of git
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Plumbing on a small repository ends in milliseconds; what takes this long hangs. */
const timeoutMs = 60_000;
/** The largest file or diff that the emulator reads whole; GitHub's own API stops at 100 MB. */
const outputBytesMax = 100_000_000;
const errorBytesMax = 20_000; // enough to see what git said

/** Runs git on bytes, inside a repository. Resolves for any exit code; rejects when git cannot be started or hangs. */
export function runGit(directory: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = start('git', args, {
      cwd: directory,
      env: { ...gitEnvironment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let isCut = false;
    const stdout = collect(child.stdout, outputBytesMax, () => {
      isCut = true;
      child.kill('SIGKILL');
    });
    const stderr = collect(child.stderr, errorBytesMax, () => {});
    child.stdin?.on('error', () => {}); // git may end before it has read everything
    child.stdin?.end(options.input ?? '');
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      if (signal !== null && !isCut) reject(new Error(`git ${args[0] ?? ''} was ended by ${signal}`));
      else resolve({ exitCode, stdout: stdout(), stderr: stderr().toString('utf8'), isCut });
    });
  });
}

/** The standard output of a git that must succeed. Rejects with what git said. */
export async function gitOutput(directory: string, args: readonly string[], options?: GitOptions): Promise<string> {
  const result = await runGit(directory, args, options);
  if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.stderr.trim()}`);
  return result.stdout.toString('utf8');
}

function collect(stream: NodeJS.ReadableStream | null, bytesMax: number, onTooMuch: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (size <= bytesMax) chunks.push(chunk);
    size += chunk.length;
    if (size > bytesMax) onTooMuch();
  });
  return () => Buffer.concat(chunks).subarray(0, bytesMax);
}
