import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

import { runIdOf, sessionId, type RunId } from '../src/domain/ids.ts';
import { judgeRun, type RunVerdict } from '../src/domain/run/judge.ts';
import { sandboxAlone } from '../src/domain/run/permission.ts';
import type { RunLimits, RunRequest } from '../src/domain/run/run.ts';
import { launchRun, type LaunchPad } from '../src/runs/launch.ts';
import { openLaunchKey } from '../src/runs/launch-key.ts';
import { observeRun } from '../src/runs/observe.ts';
import { runDirectoryOf, workspacePathOf } from '../src/runs/run-directory.ts';
import { createDetachedRuntime } from '../src/runs/runtimes/detached/detached.ts';
import { stopRun } from '../src/runs/stop.ts';

/** Far more than any agent of a test takes, unless it is about a limit. */
export const limits: RunLimits = {
  wallMs: 30_000,
  silenceMs: 20_000,
  outputBytesMax: 20_000_000,
  memoryMiBMax: 2000,
  processesMax: 300,
  diskMiBMax: 2000,
  costMicroUsdMax: null,
  tokensMax: null,
  askGraceMs: 1000,
  stopGraceMs: 1000,
};

const WAIT_MS_MAX = 40_000;
const LOOK_MS = 50;

export const fixture = (name: string): string => resolve('fixtures/agents', `agent-${name}.mjs`);
export const hostEnvironment = { PATH: process.env['PATH']!, HOME: process.env['HOME']! };

/** What a file holds, or nothing while it is not there. */
export function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** Waits until a look gives something; fails with the last look when it takes too long. */
export async function until<Value>(look: () => Promise<Value | null | false | undefined>): Promise<Value> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error('Waited too long.');
    await delay(LOOK_MS);
  }
}

/** A home with a key, one workspace with a real repository, and the real run host. */
export async function openHome() {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-home-')));
  const session = sessionId(`7-${Math.floor(Math.random() * 1e9)}-1`);
  const workspace = workspacePathOf(home, session);
  const repo = join(workspace, 'repo');
  for (const name of ['repo', 'home', 'tmp']) mkdirSync(join(workspace, name), { recursive: true });
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: repo, encoding: 'utf8' }).trim();
  git('init', '-q', '-b', 'reeve/7-thing');
  git('config', 'user.name', 'Reeve');
  git('config', 'user.email', 'reeve@example.org');
  git('commit', '-q', '--allow-empty', '-m', 'Start');

  const pad: LaunchPad = {
    home,
    key: await openLaunchKey(home),
    runtime: createDetachedRuntime({ program: resolve('dist/bin/reeve-run.js'), environment: hostEnvironment }),
  };
  const request = (argv: readonly string[], override: Partial<RunRequest> = {}): RunRequest => {
    const attempt = override.attempt ?? 1;
    return {
      runId: runIdOf(session, attempt),
      sessionId: session,
      attempt,
      createdAt: Date.now(),
      agent: { name: 'agent', kind: 'custom-command', argv: [argv[0]!, ...argv.slice(1)], model: null },
      conversationId: randomUUID(),
      isResume: false,
      mark: null,
      permissions: sandboxAlone,
      access: null,
      workspacePath: workspace,
      sandbox: 'none',
      network: 'open',
      hiddenPaths: [],
      readablePaths: [],
      environment: {},
      limits,
      prompt: 'Please answer issue #7.\n',
      commit: { name: 'Reeve', email: 'reeve@example.org', message: 'Keep what the agent left' },
      ...override,
    };
  };
  const judge = async (runId: RunId): Promise<RunVerdict> => judgeRun(await observeRun(home, runId), Date.now());
  const ended = (runId: RunId) =>
    until(async () => {
      const verdict = await judge(runId);
      if (verdict.verdict === 'lost' && verdict.sign === 'agent-gone') return null; // its host is about to say how it ended
      return verdict.verdict === 'ended' || verdict.verdict === 'lost' ? verdict : null;
    });
  const launched: RunId[] = [];
  const launch = async (asked: RunRequest): Promise<RunId> => {
    launched.push(asked.runId);
    await launchRun(pad, asked);
    return asked.runId;
  };
  onTestFinished(async () => {
    for (const id of launched) await until(async () => (await stopRun(home, id, Date.now() + 600_000)) === 'ended');
    await rm(home, { recursive: true, force: true });
  });
  return {
    ...{ home, workspace, repo, pad, git, request, launch, judge, ended },
    directory: (id: RunId) => runDirectoryOf(home, id),
    /** Runs the agent to its end, in any sandbox. */
    run: async (argv: readonly string[], override: Partial<RunRequest> = {}) =>
      ended(await launch(request(argv, override))),
  };
}
