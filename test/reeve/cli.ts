import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';

const PROGRAM = resolve('dist/bin/reeve.js');

type Told = { readonly environment: Readonly<Record<string, string>> };

/** A `reeve` command in a terminal of its own, as it goes on. */
export function startCli({ environment }: Told, ...args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    ...{ cwd: tmpdir(), env: environment, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  const all = { said: '', complained: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (all.said += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (all.complained += text));
  const ended = once(child, 'close');
  return {
    said: () => all.said,
    complained: () => all.complained,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    interrupt: () => child.kill('SIGINT'),
    end: async () => {
      await ended;
      return { exitCode: child.exitCode, ...all };
    },
  };
}

/** The same to its end. */
export function runCli(told: Told, ...args: readonly string[]) {
  return startCli(told, ...args).end();
}
