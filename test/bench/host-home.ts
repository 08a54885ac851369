import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { runIdOf, sessionId, type RunId } from '../../src/domain/ids.ts';
import { sandboxAlone } from '../../src/domain/run/permission.ts';
import type { RunRequest, RunStatus, Sandbox } from '../../src/domain/run/run.ts';
import { openLaunchKey } from '../../src/runs/launch-key.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { workspacePathOf } from '../../src/runs/run-directory.ts';
import { createDetachedRuntime } from '../../src/runs/runtimes/detached/detached.ts';
import { stopRun } from '../../src/runs/stop.ts';

const LOOK_MS = 100;
const WAIT_MS_MAX = 120_000;
const HOUR_MS = 3_600_000;
const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

/** Real run hosts in a home of their own, without a server. */
export async function createHostHome() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-bench-')));
  const key = await openLaunchKey(home);
  const runtime = createDetachedRuntime({ program: resolve('dist/bin/reeve-run.js'), environment });
  let count = 0;
  return {
    /** Launches an agent and resolves with its run once it works. */
    async launch(argv: readonly [string, ...string[]], sandbox: Sandbox): Promise<RunId> {
      const request = requestFor(home, { number: (count += 1), argv, sandbox });
      await launchRun({ home, key, runtime }, request);
      await until(async () => (await statusOf(home, request.runId))?.agent);
      return request.runId;
    },
    status: (run: RunId) => statusOf(home, run),
    stop: (run: RunId) => stopRun(home, run, Date.now()),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Waits until a look gives something. */
export async function until<Value>(look: () => Promise<Value | null | false | undefined>): Promise<Value> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error('Waited too long.');
    await delay(LOOK_MS);
  }
}

/** How many processes of the whole machine have `word` among their arguments: a look that knows nothing of runs. */
export function processesNamed(word: string): number {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && argumentsOf(pid).slice(1).includes(word)).length;
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended
  }
}

async function statusOf(home: string, run: RunId): Promise<RunStatus | null> {
  return (await observeRun(home, run)).status;
}

type Wanted = { readonly number: number; readonly argv: readonly [string, ...string[]]; readonly sandbox: Sandbox };

function requestFor(home: string, { number, argv, sandbox }: Wanted): RunRequest {
  const session = sessionId(`7-${number}-1`);
  const workspacePath = workspacePathOf(home, session);
  for (const name of ['repo', 'home', 'tmp']) mkdirSync(join(workspacePath, name), { recursive: true });
  return {
    ...{ runId: runIdOf(session, 1), sessionId: session, attempt: 1, createdAt: Date.now() },
    ...{
      agent: { name: 'agent', kind: 'custom-command', argv, model: null },
      conversationId: randomUUID(),
      isResume: false,
    },
    ...{ mark: null, permissions: sandboxAlone, access: null },
    ...{ workspacePath, sandbox, network: 'open', hiddenPaths: [], readablePaths: [], environment: {} },
    limits: {
      ...{ wallMs: HOUR_MS, silenceMs: HOUR_MS, outputBytesMax: 1_000_000, askGraceMs: 1000, stopGraceMs: 1000 },
      ...{ memoryMiBMax: 4096, processesMax: 512, diskMiBMax: 1024, costMicroUsdMax: null, tokensMax: null },
    },
    prompt: 'Wait.\n',
    commit: { name: 'Reeve', email: 'reeve@example.org', message: 'Keep what is left' },
  };
}
