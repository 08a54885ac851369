import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How the built server is started. */
const PROGRAM = [resolve('dist/bin/reeve.js'), 'serve'];
const START_MS_MAX = 30_000;
const STOP_MS_MAX = 25_000;
const LOG_CHARACTERS_MAX = 2_000_000;

export type Server = {
  /** Starts it; resolves with its URL once it listens. */
  start(): Promise<string>;
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
  readonly isRunning: () => boolean;
  readonly pid: () => number | undefined;
  /** Everything that any start has printed so far, newest last. */
  readonly log: () => string;
};

/** The built server as an operator starts it: a process of its own with exactly this environment, and perhaps arguments. */
export function createServer(environment: Readonly<Record<string, string>>, args: readonly string[] = []): Server {
  let child: ChildProcess | null = null;
  let log = '';
  const isRunning = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!child || !isRunning()) return child?.exitCode ?? null;
    const ending = child;
    const ended = once(ending, 'close');
    ending.kill(signal);
    const timer = setTimeout(() => {
      log += `The test killed the server: it did not end within ${STOP_MS_MAX} ms of ${signal}.\n`;
      ending.kill('SIGKILL');
    }, STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
    return ending.exitCode;
  };
  return {
    async start() {
      const from = log.length;
      const started = startProgram(environment, args);
      child = started;
      for (const stream of [started.stdout, started.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          log = `${log}${text}`.slice(-LOG_CHARACTERS_MAX);
        });
      }
      const deadline = Date.now() + START_MS_MAX;
      for (;;) {
        const url = /"url":"(http:[^"]+)"/.exec(log.slice(from))?.[1];
        if (url !== undefined) return url;
        if (!isRunning()) throw new Error(`The server ended with ${started.exitCode}.\n${log.slice(from)}`);
        if (Date.now() > deadline) throw new Error(`The server does not come up.\n${log.slice(from)}`);
        await delay(10);
      }
    },
    stop: () => end('SIGTERM'),
    async kill9() {
      await end('SIGKILL');
    },
    isRunning,
    pid: () => child?.pid,
    log: () => log,
  };
}

/** Runs the server to its end: for starts that must be refused. */
export async function runToItsEnd(
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = startProgram(environment);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS_MAX);
  await once(child, 'close');
  clearTimeout(timer);
  return { exitCode: child.exitCode, ...said };
}

function startProgram(environment: Readonly<Record<string, string>>, args: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: tmpdir(),
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
