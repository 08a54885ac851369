import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createEmulator, type Emulator } from '../../src/emulator/emulator.ts';
import { processesOf } from '../reeve/processes.ts';
import { STALE_MS_MAX } from './weather.ts';

/** A GitHub, a home and what a server there is told; all of it in memory where the machine has a file system for that. */
export type World = {
  readonly directory: string;
  readonly home: string;
  readonly emulator: Emulator;
  readonly environment: Readonly<Record<string, string>>;
  /** The built `reeve.js`. */
  readonly program: string;
};

const SECRET = '6f1d0c9b7a5e4832b1c0d9e8f7a6b5c4d3e2f1a0';
const MEMORY = '/dev/shm';
/** Below those that the system gives out by itself: nothing takes the port while the server is dead. */
const PORTS = { min: 18_000, max: 31_000 } as const;
const PORT_TRIES_MAX = 50;
const GONE_MS_MAX = 60_000;
const LOOK_MS = 50;
/** Longer than the lists of the worst weather lag behind. */
const LIST_LAG_MS = STALE_MS_MAX + 1000;

export async function makeWorld(dist: string): Promise<World> {
  const directory = realpathSync(mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'reeve-crash-')));
  mkdirSync(join(directory, 'operator'));
  const emulator = await createEmulator({
    root: join(directory, 'github'),
    seed: { app: { id: 77, slug: 'reeve', webhookSecret: SECRET }, users: [{ login: 'ada' }] },
  });
  const port = await freePort();
  emulator.control.setWebhookUrl(`http://127.0.0.1:${port}/api/github/webhooks`);
  const home = join(directory, 'home');
  const environment = {
    ...{ PATH: process.env['PATH'] ?? '', HOME: join(directory, 'operator') },
    ...{ APP_ID: '77', PRIVATE_KEY: emulator.app.privateKey, WEBHOOK_SECRET: SECRET },
    ...{ GITHUB_API_URL: emulator.url, PORT: String(port), LOG_LEVEL: 'info' },
    ...{ REEVE_HOME: home, REEVE_POLL_MS: '100', REEVE_SWEEP_SECONDS: '1', REEVE_SLOTS: '3' },
    // Only as long as they must be to be passed: a world in which everybody waits for the clock is killed less often.
    ...{ REEVE_WRITE_SPACING_MS: '0', REEVE_REST_MS: '100', REEVE_LIST_LAG_MS: String(LIST_LAG_MS) },
    // Here the same delivery or effect is in hand more often when the server dies than any machine fails.
    REEVE_CRASHES_MAX: '1000000',
    // Agents that die with their host report no cost, and many do: nobody is there to answer for a budget.
    ...{
      REEVE_BUDGET_SESSION_USD: '1000000',
      REEVE_BUDGET_SESSION_TOKENS: '900000000',
      REEVE_BUDGET_SESSION_RUNS: '1000000',
    },
    ...{ REEVE_AGENT: JSON.stringify([resolve('fixtures/agents/agent-for-crashes.sh')]), REEVE_SANDBOX: 'none' },
    // Each first run sets its repository up and keeps what that makes.
    ...{
      REEVE_SETUP: JSON.stringify(['sh', '-c', 'mkdir -p deps && echo made > deps/one']),
      REEVE_SETUP_CACHE: 'deps',
    },
    REEVE_SETUP_LOCKFILES: 'README.md',
  };
  return { directory, home, emulator, environment, program: join(dist, 'bin/reeve.js') };
}

/** Those of the world that are there yet, after they had time to go. Tracers are ours, and go with what they trace. */
export async function processesLeft({ directory }: World): Promise<readonly string[]> {
  const deadline = Date.now() + GONE_MS_MAX;
  for (;;) {
    const left = processesOf(directory).filter(({ command }) => !command.startsWith('strace '));
    if (left.length === 0 || Date.now() > deadline) return left.map(({ pid, command }) => `${pid} ${command}`);
    await delay(LOOK_MS);
  }
}

/** Ends and removes everything, whatever state it is in. */
export async function endWorld({ directory, emulator }: World): Promise<void> {
  const deadline = Date.now() + GONE_MS_MAX;
  while (processesOf(directory).length > 0 && Date.now() < deadline) {
    for (const { pid } of processesOf(directory)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
    }
    await delay(LOOK_MS);
  }
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
}

/** By chance and not by the seed: the same seed may be played twice on one machine. */
async function freePort(): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(PORTS.min, PORTS.max);
    if (await isFree(port)) return port;
    if (tries === PORT_TRIES_MAX) throw new Error('No port is free.');
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
