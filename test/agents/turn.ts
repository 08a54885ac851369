import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { runIdOf, sessionId, type RunId } from '../../src/domain/ids.ts';
import type { KnownKind } from '../../src/domain/run/known-agents.ts';
import { sandboxAlone } from '../../src/domain/run/permission.ts';
import type { RunRequest } from '../../src/domain/run/run.ts';
import { openLaunchKey } from '../../src/runs/launch-key.ts';
import { launchRun } from '../../src/runs/launch.ts';
import { observeRun } from '../../src/runs/observe.ts';
import { runDirectoryOf, workspacePathOf } from '../../src/runs/run-directory.ts';
import { createDetachedRuntime } from '../../src/runs/runtimes/detached/detached.ts';
import { median, rounded } from '../bench/numbers.ts';
import { openDesk } from './by-hand.ts';
import { subjectOf } from './real.ts';
import { startModel } from './scripted-model.ts';
import { within } from './stage.ts';

const ROUNDS = 6; // the first warms both, and is not counted
const HOUR_MS = 3_600_000;

/**
 * How long one turn takes with Reeve, from the launch of a run to its end, beside the same program by hand with the same
 * model. They take turns. The model answers at once, so all of it is theirs. Null when either failed.
 */
export async function measureTurns(
  kind: KnownKind,
  program: string,
  tell: (line: string) => void,
): Promise<number | null> {
  const subject = subjectOf(kind, [program]);
  const model = await startModel(subject.shell);
  const desk = openDesk(kind, program, model.url);
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-turn-')));
  try {
    const environment = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
    const runtime = createDetachedRuntime({ program: resolve('dist/bin/reeve-run.js'), environment });
    const pad = { home, key: await openLaunchKey(home), runtime, modelKeyOf: () => 'THE-KEY' };
    const [ours, plain, firsts]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      const request = requestOf(home, { round, kind, program, upstream: model.url });
      model.follow(() => ({ kind: 'say', text: 'Done.' }));
      const begun = performance.now();
      const asked = model.whenAsked(1).then(() => performance.now() - begun);
      const ended = within('the end of a run', whenEnded(home, request.runId));
      await launchRun(pad, request);
      const reason = await ended;
      const took = performance.now() - begun;
      if (reason !== 'finished') throw new Error(`Its run ended as ${reason}.`);
      const byHand = await within('a turn by hand', desk.turn());
      if (round === 0) continue;
      ours.push(took);
      firsts.push(await asked);
      plain.push(byHand);
    }
    const [oursMs, plainMs] = [median(ours), median(plain)];
    const first = `the model is asked after ${rounded(median(firsts))} ms`;
    tell(`  one turn: ${rounded(oursMs)} ms with Reeve (${first}), ${rounded(plainMs)} ms by hand`);
    return rounded(oursMs / plainMs);
  } catch (error) {
    tell(`  one turn could not be measured: ${(error as Error).message}`);
    return null;
  } finally {
    await model.stop();
    desk.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Resolves with the reason of its end, as soon as its status file says it. */
async function whenEnded(home: string, run: RunId): Promise<string> {
  const { path } = runDirectoryOf(home, run);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return new Promise((resolve, reject) => {
    const look = (): void => {
      observeRun(home, run).then(({ status }) => {
        if (!status?.end) return;
        watcher.close();
        resolve(status.end.reason);
      }, reject);
    };
    const watcher = watch(path, look);
  });
}

type Wanted = { readonly round: number; readonly kind: KnownKind; readonly program: string; readonly upstream: string };

function requestOf(home: string, { round, kind, program, upstream }: Wanted): RunRequest {
  const session = sessionId(`7-${round + 1}-1`);
  const workspacePath = workspacePathOf(home, session);
  for (const name of ['repo', 'home', 'tmp']) mkdirSync(join(workspacePath, name), { recursive: true });
  execFileSync('git', ['init', '--quiet', join(workspacePath, 'repo')]);
  const { model, provider } = subjectOf(kind, [program]);
  return {
    ...{ runId: runIdOf(session, 1), sessionId: session, attempt: 1, createdAt: Date.now() },
    agent: { name: kind, kind, argv: [program], model },
    ...{ conversationId: randomUUID(), isResume: false, mark: null, permissions: sandboxAlone },
    access: { provider, upstream, price: null },
    ...{ workspacePath, sandbox: 'bwrap', network: 'open', hiddenPaths: [], readablePaths: [], environment: {} },
    limits: {
      ...{ wallMs: HOUR_MS, silenceMs: HOUR_MS, outputBytesMax: 1_000_000, askGraceMs: 1000, stopGraceMs: 1000 },
      ...{ memoryMiBMax: 4096, processesMax: 512, diskMiBMax: 1024, costMicroUsdMax: null, tokensMax: null },
    },
    prompt: 'Mend it.\n',
    commit: { name: 'Reeve', email: 'reeve@example.org', message: 'Keep what is left' },
  };
}
