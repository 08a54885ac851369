#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { startApp } from '../app.ts';
import { createCli } from '../cli/cli.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { cleanup, replay, restore, status, verify } from '../operator.ts';
import { renderCleanup } from '../render/cleanup.ts';
import { renderRestored } from '../render/restored.ts';
import { renderStatus } from '../render/status.ts';
import { renderVerification } from '../render/verification.ts';
import { programEnvironment } from '../config/program-environment.ts';
import { systemClock } from '../lib/clock.ts';
import { armCrashPoints } from '../lib/crash-point.ts';
import { killPrograms } from '../lib/exec.ts';
import { createLog } from '../lib/log.ts';

const EXIT_MS_MAX = 2000; // after everything has stopped, something left open must not keep the process
const EXIT_CODE_FORCED = 130; // as after Ctrl-C

process.umask(0o077); // all that is written is for its owner only

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
  const stopped = stopRequest();
  const log = createLog(config.logLevel);
  const surroundings = { config, log, now: systemClock, environment: programEnvironment(process.env) };
  for (let isAnew = false; ; isAnew = true) {
    const app = await startApp({ ...surroundings, isAnew });
    const why = await Promise.race([stopped.then(() => 'asked' as const), app.ended.then(() => 'lost' as const)]);
    if (why === 'asked') log.info('Reeve stops: it finishes what it has in hand. Agents work on.');
    else log.warn('Reeve lost its lease on the home: it slept too long, or another server took over. It starts anew.');
    await app.stop();
    if (why === 'asked') return 0;
  }
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
    async demo({ port, json, keep, home }) {
      const { runDemo } = await import('../demo/demo.ts');
      const { isTrue } = await runDemo({
        ...{
          port: port ?? 0,
          home: home === undefined ? null : resolve(home),
          isJson: json === true,
          isKept: keep === true,
        },
        ...{ environment: programEnvironment(process.env), now: systemClock, signal: stopSignal(), stdout: write },
      });
      return isTrue ? 0 : 1;
    },
    async status({ homePath, isJson }) {
      const seen = await status(homePath, systemClock());
      write(isJson ? `${JSON.stringify(seen)}\n` : renderStatus(seen));
      return 0;
    },
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
    write,
    writeError: (text) => void process.stderr.write(text),
  },
);
process.exitCode = await run(process.argv.slice(2));
setTimeout(() => process.exit(), EXIT_MS_MAX).unref();

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}
