#!/usr/bin/env node
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { createCli } from '../cli/cli.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { cleanup, openHome, replay, restore, verify } from '../operator.ts';
import { renderCleanup } from '../render/cleanup.ts';
import { renderRestored } from '../render/restored.ts';
import type { Terminal } from '../render/terminal.ts';
import { renderVerification } from '../render/verification.ts';
import { programEnvironment } from '../config/program-environment.ts';
import { systemClock } from '../lib/clock.ts';
import { armCrashPoints } from '../lib/crash-point.ts';
import { UserError } from '../lib/errors.ts';
import { killPrograms, start } from '../lib/exec.ts';
import { createLog, type Logger } from '../lib/log.ts';

const STOP_MS_MAX = 9_000; // from the signal to the end, whatever hangs: supervisors and people wait ten seconds
const EXIT_MS_MAX = 1000; // after everything has stopped, something left open must not keep the process
const EXIT_CODE_FORCED = 130; // as after Ctrl-C
const EXIT_CODE_UNREAD = 141; // as after SIGPIPE

process.umask(0o077); // all that is written is for its owner only

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(EXIT_CODE_UNREAD); // whoever read it has seen enough: `reeve attach ID | head`
});
process.once('exit', killPrograms); // at the very end, when nobody can take that for a failure of the work

/** Resolves at the first SIGTERM or SIGINT. The second ends the process at once: restarts lose nothing. */
function stopRequest(): Promise<void> {
  return new Promise((resolve) => {
    let isRequested = false;
    const request = (): void => {
      if (isRequested) process.exit(EXIT_CODE_FORCED);
      isRequested = true;
      resolve();
    };
    process.on('SIGTERM', request).on('SIGINT', request);
  });
}

async function serve(config: ServerConfig): Promise<number> {
  armCrashPoints(process.env['REEVE_CRASH']);
  const stopping = stopSignal();
  const log = createLog(config.logLevel);
  const surroundings = { config, log, now: systemClock, environment: programEnvironment(process.env), stopping };
  const asked = new Promise<'asked'>((resolve) => {
    stopping.addEventListener('abort', () => {
      log.info('Reeve stops: it finishes what it has in hand. Agents work on.');
      resolve('asked');
      setTimeout(() => breakOff(log), STOP_MS_MAX).unref();
    });
  });
  const { startApp } = await import('../app.ts'); // most of what there is to read, and only this command needs it
  for (let isAnew = false; ; isAnew = true) {
    const app = await startApp({ ...surroundings, isAnew });
    if (app === null) return 0;
    const why = await Promise.race([asked, app.ended.then(() => 'lost' as const)]);
    if (why === 'lost')
      log.warn('Reeve lost its lease on the home: it slept too long, or another server took over. It starts anew.');
    await app.stop();
    if (stopping.aborted) return 0;
  }
}

/** Something hangs. Whatever is in hand is safe to repeat, so that ending here loses nothing. */
function breakOff(log: Logger): void {
  log.warn('Something holds up the stop; it is broken off, and the next start takes it up again.');
  process.exit(0);
}

/** Colours are for people who look at it, and did not ask for none (https://no-color.org). */
function terminalOf({ isTTY, columns }: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  return { width: isTTY ? (columns ?? null) : null, isColored: isTTY && (env['NO_COLOR'] ?? '') === '' };
}

/** Ctrl-C is that program's own while it runs. */
async function onTerminal([program = '', ...args]: readonly string[]): Promise<void> {
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  const child = start(program, args, { stdio: 'inherit' });
  await once(child, 'close').catch((cause: unknown) => {
    throw new UserError('program-missing', `The program ${program} cannot be started: install it.`, { cause });
  });
  process.off('SIGINT', ignore);
}

/** Whoever reads what we print may be slower than an agent prints. */
async function writeMuch(part: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(part)) await once(process.stdout, 'drain');
}

function stopSignal(): AbortSignal {
  const controller = new AbortController();
  void stopRequest().then(() => controller.abort());
  return controller.signal;
}

const write = (text: string): void => void process.stdout.write(text);

const run = createCli(
  {
    serve,
    async emulate({ port, seed, key, record, root, json }) {
      const { runEmulator } = await import('../demo/emulate.ts'); // a third of every other command's start, were it read there too
      await runEmulator({
        ...{
          port: port ?? 0,
          seedFile: seed ?? null,
          keyFile: key ?? null,
          recordFile: record ?? null,
          root: root ?? null,
        },
        ...{ isJson: json === true, signal: stopSignal(), stdout: write },
      });
      return 0;
    },
    async demo({ port, json, keep, home, agent, agentProgram }) {
      const { runDemo } = await import('../demo/demo.ts');
      const { isTrue } = await runDemo({
        ...{
          port: port ?? 0,
          home: home === undefined ? null : resolve(home),
          isJson: json === true,
          isKept: keep === true,
          agent: agent ?? null,
          agentProgram: agentProgram ?? null,
          cachePath: process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
        },
        ...{ environment: programEnvironment(process.env), now: systemClock, signal: stopSignal(), stdout: write },
      });
      return isTrue ? 0 : 1;
    },
    home: (homePath) => openHome(homePath, systemClock),
    async replay({ homePath, kind, name }) {
      await replay(homePath, { kind, name });
      write(`The ${kind} waits to be tried again.\n`);
      return 0;
    },
    async restore({ homePath, id, isJson }) {
      const restored = await restore({ homePath, environment: programEnvironment(process.env) }, id, systemClock);
      write(isJson ? `${JSON.stringify(restored)}\n` : renderRestored(restored));
      return 0;
    },
    async cleanup({ homePath, isDryRun, isJson }) {
      const report = await cleanup({ homePath, environment: programEnvironment(process.env) }, isDryRun, systemClock);
      write(isJson ? `${JSON.stringify(report)}\n` : renderCleanup(report));
      return report.counts.failed === 0 ? 0 : 1;
    },
    async verify({ homePath, isJson }) {
      const verification = await verify(homePath);
      write(isJson ? `${JSON.stringify(verification)}\n` : renderVerification(verification));
      return verification.holds ? 0 : 1;
    },
  },
  {
    version: version(),
    directory: process.cwd(),
    terminal: terminalOf(process.stdout, process.env),
    now: systemClock,
    detached: stopSignal,
    isInteractive: process.stdin.isTTY && process.stdout.isTTY,
    onTerminal,
    write,
    writeMuch,
    writeError: (text) => void process.stderr.write(text),
  },
);
process.exitCode = await run(process.argv.slice(2));
setTimeout(() => process.exit(), EXIT_MS_MAX).unref();

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
