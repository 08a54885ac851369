import { setTimeout as delay } from 'node:timers/promises';

import type { AgentOutput } from '../domain/run/output.ts';
import { spendOf } from '../domain/run/report.ts';
import type { ProcessIdentity, RunEndReason, RunRequest, Spend } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { isStopRequested } from '../runs/run-directory/stop-file.ts';
import { startAgentChild, type AgentChild } from './agent-child.ts';
import { askToEnd, killAll, type Target } from './agent-processes.ts';
import { endOfAgent, type AgentEnd } from './end-of-agent.ts';
import { limitReached } from './limits.ts';
import type { OutputTail } from './output-tail.ts';
import type { Transcript } from './transcript.ts';
import { createUsageMeter, unmeasured, type Usage } from './usage-meter.ts';

const LOOK_MS = 200; // how late a stop, a limit or an output may be seen

/** What is told to the record and the heartbeat while the agent works. */
export type Watcher = {
  onStarted(agent: ProcessIdentity | null): void;
  onOutputs(outputs: readonly AgentOutput[]): void;
  onStopping(reason: RunEndReason): void;
  /** `quietMs` is how long nothing has come. */
  onLook(seen: Look): void;
};

export type Look = Usage & { readonly spend: Spend; readonly quietMs: number; readonly outputBytes: number };

export type Supervision = {
  readonly request: RunRequest;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly tail: OutputTail;
  readonly transcript: Transcript;
  readonly directory: RunDirectory;
  /** Aborted when the run host itself is told to end. */
  readonly stopSignal: AbortSignal;
  /** Milliseconds that never jump. */
  readonly elapsed: Clock;
  readonly watcher: Watcher;
};

/** What is known of the agent so far; instants are `elapsed` ones. */
type Seen = {
  readonly startedAt: number;
  outputAt: number;
  printedBytes: number;
  askedAt: number | null;
  usage: Usage;
  readonly outputs: AgentOutput[];
  ending: { readonly reason: RunEndReason; readonly detail: string; readonly killAt: number } | null;
};

/**
 * Runs the agent to its end, which comes by itself, by a limit or by a stop; the first cause counts. When this resolves,
 * no process of the agent is left, or the detail says that some could not be killed.
 */
export async function supervise(supervision: Supervision): Promise<AgentEnd> {
  const { request, transcript, elapsed, watcher } = supervision;
  const startedAt = elapsed();
  const seen: Seen = {
    ...{ startedAt, outputAt: startedAt, printedBytes: 0, askedAt: null, outputs: [], ending: null },
    usage: unmeasured,
  };
  let child: AgentChild;
  try {
    child = await startAgentChild({
      ...supervision,
      onBytes(bytes) {
        seen.outputAt = elapsed();
        seen.printedBytes += bytes.length;
        // Judged here and not with the next look: a flood brings gigabytes between two looks.
        if (seen.printedBytes <= request.limits.outputBytesMax) transcript.append(bytes);
        else if (seen.ending === null) endNow(supervision, seen, floodOf(request));
      },
    });
  } catch (error) {
    const detail = `It could not be started: ${messageOf(error)}`;
    return { reason: 'not-started', exitCode: null, signal: null, detail };
  }
  const target = { directory: supervision.directory, agent: child.identity, sandbox: request.sandbox };
  let survivors = 0;
  try {
    watcher.onStarted(child.identity);
    await watchUntilExit(supervision, seen, child, target);
  } finally {
    survivors = await killAll(target); // also when watching failed
  }
  await child.drained();
  await takeOutputs(supervision, seen, true);
  tell(supervision, seen);
  return endOfAgent({
    exit: await child.exited,
    ending: seen.ending,
    sandbox: request.sandbox,
    hasAsked: seen.askedAt !== null,
    lastWords: transcript.lastWords(),
    survivors,
  });
}

async function watchUntilExit(supervision: Supervision, seen: Seen, child: AgentChild, target: Target): Promise<void> {
  let hasExited = false;
  let isAsked = false;
  const exit = child.exited.then(() => {
    hasExited = true;
  });
  const meter = meterOf(supervision, target);
  while (!hasExited) {
    if (meter !== null && seen.ending === null) seen.usage = meter.look();
    await look(supervision, seen);
    if (seen.ending !== null && supervision.elapsed() >= seen.ending.killAt) {
      child.ignoreOutput();
      await killAll(target);
      await exit;
    } else if (seen.ending !== null && !isAsked) {
      isAsked = true;
      await askToEnd(target);
    }
    await Promise.race([exit, delay(LOOK_MS)]);
  }
}

/** One look at everything that can end the agent. */
async function look(supervision: Supervision, seen: Seen): Promise<void> {
  const { request, tail, elapsed } = supervision;
  await takeOutputs(supervision, seen, false);
  tell(supervision, seen);
  if (seen.ending !== null) return;
  if (supervision.stopSignal.aborted || (await isStopRequested(supervision.directory))) {
    return endGently(supervision, seen, { reason: 'stopped', detail: 'It was stopped.' });
  }
  const outputBytes = seen.printedBytes + tail.size();
  const progress = { ...seen, ...seen.usage, ...spendOf(seen.outputs, 0), outputBytes };
  const limit = limitReached(request.limits, progress, elapsed());
  if (limit?.isUrgent) endNow(supervision, seen, limit);
  else if (limit !== null) endGently(supervision, seen, limit);
}

/** Null when the agent was gone before it could be looked at. */
function meterOf({ request, directory, elapsed }: Supervision, { agent }: Target) {
  const { workspacePath, limits } = request;
  return agent === null ? null : createUsageMeter({ agent, mark: directory.output, workspacePath, limits, elapsed });
}

function tell({ tail, elapsed, watcher }: Supervision, seen: Seen): void {
  const now = elapsed();
  const outputBytes = seen.printedBytes + tail.size();
  const spend = spendOf(seen.outputs, now - seen.startedAt);
  watcher.onLook({ ...seen.usage, spend, quietMs: now - seen.outputAt, outputBytes });
}

async function takeOutputs(supervision: Supervision, seen: Seen, isLast: boolean): Promise<void> {
  const { tail, elapsed, watcher } = supervision;
  const sizeBefore = tail.size();
  const { outputs, fault } = await tail.read(isLast);
  seen.outputs.push(...outputs);
  if (tail.size() > sizeBefore) seen.outputAt = elapsed();
  if (outputs.some((output) => output.kind === 'ask')) seen.askedAt ??= elapsed();
  if (outputs.length > 0) watcher.onOutputs(outputs);
  if (fault !== null) endNow(supervision, seen, fault);
}

type Cause = { readonly reason: RunEndReason; readonly detail: string };

/** For an agent that broke the protocol: no time to break more. */
function endNow(supervision: Supervision, seen: Seen, cause: Cause): void {
  endAt(supervision, seen, cause, supervision.elapsed());
}

/** For an agent that did nothing wrong: time to put things in order. */
function endGently(supervision: Supervision, seen: Seen, cause: Cause): void {
  endAt(supervision, seen, cause, supervision.elapsed() + supervision.request.limits.stopGraceMs);
}

function endAt({ watcher }: Supervision, seen: Seen, cause: Cause, killAt: number): void {
  if (seen.ending !== null) return;
  seen.ending = { ...cause, killAt };
  watcher.onStopping(cause.reason);
}

function floodOf({ limits }: RunRequest): Cause {
  return { reason: 'output-flood', detail: `It wrote more than ${limits.outputBytesMax} bytes.` };
}
