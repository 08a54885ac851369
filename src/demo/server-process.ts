import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

import { exec, start, type ChildProcess, type ExecResult } from '../lib/exec.ts';
import { until } from './until.ts';

type ServerOptions = {
  readonly environment: Readonly<Record<string, string>>;
  /** Gets what the server logs. */
  readonly logFile: string;
  readonly url: string;
};

/** The real server, as an operator starts it, in a process of its own. */
export type ServerProcess = {
  /** Resolves when it answers. Starting again after a kill is what it is for. */
  start(): Promise<number>;
  /** The hardest end there is. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Asks it to end. */
  stop(): Promise<void>;
  /** `reeve verify --json` on its home. */
  verify(): Promise<ExecResult>;
};

const reeve = fileURLToPath(new URL('../bin/reeve.js', import.meta.url));
const START_MS_MAX = 20_000;
const VERIFY_MS_MAX = 20_000;
const VERIFY_BYTES_MAX = 1_000_000;

export function createServerProcess({ environment, logFile, url }: ServerOptions): ServerProcess {
  let child: ChildProcess | null = null;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };

  return {
    async start() {
      const log = openSync(logFile, 'a');
      child = start(process.execPath, [reeve, 'serve'], { env: environment, stdio: ['ignore', log, log] });
      closeSync(log);
      const started = child;
      let isUp = false;
      const ask = async (): Promise<void> => {
        isUp = await fetch(`${url}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        );
      };
      await until('the server answers', START_MS_MAX, () => {
        if (started.exitCode !== null)
          throw new Error(`The server ended with ${started.exitCode}; its log is ${logFile}.`);
        void ask();
        return isUp;
      });
      return started.pid ?? 0;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    verify: () =>
      exec(process.execPath, [reeve, 'verify', '--json'], {
        env: environment,
        timeoutMs: VERIFY_MS_MAX,
        outputBytesMax: VERIFY_BYTES_MAX,
      }),
  };
}

/** A port that is free now on the loopback address. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port on 127.0.0.1.');
  return address.port;
}
