import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const STOP_MS_MAX = 120_000; // SIGTERM to the end
const LOG_CHARACTERS_MAX = 400_000;

/** One process of the server, from its start to its end. */
export type Life = {
  /** Resolves with the milliseconds that it needed to listen; null when it ended before. */
  readonly up: Promise<number | null>;
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  readonly isOver: () => boolean;
  readonly kill: () => void;
  /** SIGTERM; resolves with its exit code. */
  readonly stop: () => Promise<number | null>;
  readonly log: () => string;
};

/** The command that is started in place of the server's own, which it runs, and what it adds to the environment. */
export type Wrapped = { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** The built `reeve.js` and all that it finds in its environment. */
export type Server = { readonly program: string; readonly environment: Readonly<Record<string, string>> };

/** Starts the built server, perhaps inside another program. */
export function startLife(
  { environment, program }: Server,
  wrap: (argv: readonly string[]) => Wrapped = (argv) => ({ argv, env: {} }),
): Life {
  const command = wrap([process.execPath, program, 'serve']);
  const startedAt = performance.now();
  const [file = '', ...rest] = command.argv;
  const child = spawn(file, rest, {
    cwd: tmpdir(),
    env: { ...environment, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let tellUp: (ms: number | null) => void = () => {};
  const up = new Promise<number | null>((done) => {
    tellUp = done;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-LOG_CHARACTERS_MAX);
      if (text.includes('"url":"http')) tellUp(performance.now() - startedAt);
    });
  }
  const ended = once(child, 'exit').then(([exitCode, signal]: (number | string | null)[]) => {
    tellUp(null);
    return { exitCode: exitCode as number | null, signal: signal as string | null };
  });
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    up,
    ended,
    isOver,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      const late = delay(STOP_MS_MAX, null, { ref: false });
      const end = await Promise.race([ended, late]);
      if (end === null) child.kill('SIGKILL');
      return (await ended).exitCode;
    },
    log: () => log,
  };
}
