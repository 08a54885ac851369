import { lstat } from 'node:fs/promises';

import type { RunRequest } from '../../domain/run/run.ts';
import { sandboxArgv } from '../../domain/run/sandbox.ts';
import type { SetupRequest, SetupStep } from '../../domain/setup/setup.ts';
import { homeOf } from '../../runs/run-directory.ts';
import { setupMarkerOf } from '../../runs/run-directory/setup-marker.ts';
import type { AgentEnd } from '../end-of-agent.ts';
import { setupCacheKey } from './cache-key.ts';
import { openSetupCache } from './cache.ts';
import { keep, restore, type Keeping } from './keep.ts';
import { exclude, putBack } from './programs.ts';
import { createSteps, type Argv, type RunStep, type Scene } from './steps.ts';
import { headOf } from './tree.ts';

const TIDY_MS_MAX = 2 * 60_000; // git looks at each file of a large tree
const DETAIL_CHARACTERS_MAX = 300; // of an event or a line of the transcript
const COMMAND_CHARACTERS_MAX = 100;

/** What became of a setup; `end` is that of the whole run, which begins no agent then. */
export type SetupOutcome = {
  readonly end: AgentEnd | null;
  /** The request with what the setup has left of its time. */
  readonly request: RunRequest;
  readonly tookMs: number;
};

type Run = Scene & {
  /** The command that starts another one where the network is what the run may reach. */
  readonly reaching: (argv: Argv) => Argv;
  readonly redact: (text: string) => string;
};

/**
 * Makes what the repository depends on before the agent starts: from what an earlier setup made of the same lock files, or by
 * the command of the request, in the agent's sandbox and under the run's limits. What is made is kept before any agent
 * has worked beside it (docs/decisions/0011-setup-cache.md). Once made, the workspace has it for all runs of its session.
 */
export async function setUp(run: Run): Promise<SetupOutcome> {
  const { request, elapsed } = run;
  const marker = setupMarkerOf(request.workspacePath);
  const { setup } = request;
  if (setup === undefined) {
    await marker.remove(); // an agent works here now that nobody has set up for
    return { end: null, request, tookMs: 0 };
  }
  const begunAt = elapsed();
  const leftMs = (): number => Math.max(1, request.limits.wallMs - Math.round(elapsed() - begunAt));
  const end = await make({ ...run, setup, leftMs });
  const tookMs = Math.round(elapsed() - begunAt);
  return { end, request: { ...request, limits: { ...request.limits, wallMs: leftMs() } }, tookMs };
}

type Making = Run & { readonly setup: SetupRequest; readonly leftMs: () => number };

async function make(run: Making): Promise<AgentEnd | null> {
  const { request, setup } = run;
  const marker = setupMarkerOf(request.workspacePath);
  const command = JSON.stringify(setup.argv);
  const before = await marker.read();
  if (before?.state === 'done' && before.command === command) {
    tell(run, 'there', 'An earlier run of this session has made it.');
    return null;
  }
  const isUntouched = setup.isUntouched || (before?.state === 'started' && before.isUntouched);
  const head = await headOf({
    sandboxed: sandboxer(run),
    cwd: run.view.workingDirectory,
    environment: run.environment,
  });
  const step = await createSteps(run);
  const made = { command, isUntouched, cachePaths: [...setup.cachePaths] };
  const keeping = await keepingOf(run, head, step);
  await marker.write({ state: 'started', ...made });

  const restored = keeping === null ? null : await restore(keeping);
  if (restored?.kind === 'over') return endOf(run, restored.end);
  const isRestored = restored?.kind === 'yes';
  if (!isRestored) {
    const end = await runCommand(run, step);
    if (end !== null) return end;
  }
  const tidied = await tidy(run, step, isUntouched ? head : null);
  if (tidied !== null) return tidied;
  if (isRestored) tell(run, 'from-cache', 'What an earlier setup made of the same lock files was taken.');
  else tell(run, 'done', '');
  // An attempt that was cut off may have left anything in the tree: only what one setup made by itself is kept.
  if (keeping !== null && !isRestored && before === null) {
    const kept = await keep(keeping);
    if (kept.kind === 'over') return endOf(run, kept.end);
    if (kept.kind === 'no') tell(run, 'not-kept', kept.why);
    else tell(run, 'kept', '');
  }
  await marker.write({ state: 'done', ...made });
  return null;
}

/** Null where nothing may be taken from what is kept: the tree has to be exactly that of the commit. */
async function keepingOf(run: Making, head: string | null, step: RunStep): Promise<Keeping | null> {
  const { setup, request, directory, environment, view, leftMs, now } = run;
  const { cache } = setup;
  if (cache === null || head !== cache.commit) return null;
  const isShared = (request.writablePaths ?? []).length > 0;
  const key = await setupCacheKey({ ...setup, cache, isShared }, environment['PATH'] ?? '');
  return {
    cache: openSetupCache({ home: homeOf(directory), repositoryId: cache.repositoryId, key }),
    ...{ step, repo: view.workingDirectory, cachePaths: request.setup?.cachePaths ?? [], commit: cache.commit },
    ...{ leftMs, now },
  };
}

async function runCommand(run: Making, step: RunStep): Promise<AgentEnd | null> {
  const { setup, reaching, leftMs } = run;
  tell(run, 'started', setup.argv.join(' ').slice(0, COMMAND_CHARACTERS_MAX));
  const end = await step(reaching(setup.argv), Math.min(setup.wallMs, leftMs()));
  if (end.reason !== 'finished') return endOf(run, end);
  // Where no sandbox keeps it from there, it could speak for the agent.
  const { size } = await lstat(run.directory.output);
  return size === 0 ? null : failed(run, end, 'It wrote where only the agent may speak.');
}

/** The same tree for every agent, whoever made what it needs: nothing of a setup comes into a commit by itself. */
async function tidy(run: Making, step: RunStep, head: string | null): Promise<AgentEnd | null> {
  const { setup, leftMs } = run;
  const programs: Argv[] = [
    ...(setup.cachePaths.length > 0 ? [exclude(setup.cachePaths)] : []),
    ...(head === null ? [] : [putBack(head)]),
  ];
  for (const program of programs) {
    const end = await step(program, Math.min(TIDY_MS_MAX, leftMs()));
    if (end.reason !== 'finished') return endOf(run, end);
  }
  return null;
}

// A stop and the limits of the run are what they are; anything else is a setup that did not work.
const ofTheRun: readonly string[] = ['stopped', 'too-much-memory', 'too-many-processes', 'disk-full', 'output-flood'];

function endOf(run: Making, end: AgentEnd): AgentEnd {
  if (!ofTheRun.includes(end.reason)) return failed(run, end, end.detail);
  const detail = `While what the repository depends on was set up: ${end.detail}`;
  if (end.reason !== 'stopped') tell(run, 'failed', detail);
  return { ...end, detail };
}

function failed(run: Making, end: AgentEnd, what: string): AgentEnd {
  const command = run.setup.argv.join(' ').slice(0, COMMAND_CHARACTERS_MAX);
  const detail = `The setup (${command}): ${what}`;
  tell(run, 'failed', detail);
  return { ...end, reason: 'setup-failed', detail };
}

function tell({ heartbeat, events, transcript, redact }: Making, step: SetupStep, detail: string): void {
  const text = redact(detail).slice(0, DETAIL_CHARACTERS_MAX);
  events.record({ kind: 'setup', step, detail: text });
  heartbeat.note({ state: 'starting', setup: step });
  void heartbeat.beat();
  transcript.append(Buffer.from(`[setup: ${step}${text === '' ? '' : `: ${text.replaceAll('\n', ' ')}`}]\n`));
}

function sandboxer({ request, view }: Scene) {
  const isRoot = process.getuid?.() === 0;
  return (argv: Argv): Argv => sandboxArgv(request.sandbox, argv, view, isRoot);
}
