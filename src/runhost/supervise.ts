import { setTimeout as delay } from 'node:timers/promises';

import type { ConversationMark, Usage as Spent } from '../domain/run/conversation.ts';
import type { RunOutput } from '../domain/run/output.ts';
import { spendOf } from '../domain/run/report.ts';
import type { ProcessIdentity, RunEndReason, RunRequest, Spend } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { isStopRequested } from '../runs/run-directory/stop-file.ts';
import { startAgentChild, type AgentChild, type AgentPipes } from './agent-child.ts';
import { askToEnd, killAll, type Target } from './agent-processes.ts';
import { causeOf, endOfAgent, type AgentEnd, type Cause } from './end-of-agent.ts';
import type { Exchange } from './exchange.ts';
import { limitReached } from './limits.ts';
import type { Messenger } from './messages.ts';
import type { OutputTail } from './output-tail.ts';
import type { Transcript } from './transcript.ts';
import { createUsageMeter, unmeasured, type Usage } from './usage-meter.ts';

const LOOK_MS = 200; // how late a stop, a limit or an output may be seen
const LINGER_MS = 3000; // a program whose conversation is over writes its state and ends; it has nothing else to do
const DRAIN_MS = 1000; // a conversation whose program has ended has heard everything, and only has to say so

/** What is told to the record and the heartbeat while the agent works. */
export type Watcher = {
  onStarted(agent: ProcessIdentity | null): void;
  onOutputs(outputs: readonly RunOutput[]): void;
  onStopping(reason: RunEndReason): void;
  /** `quietMs` is how long nothing has come. */
  onLook(seen: Look): void;
};

export type Look = Usage & {
  readonly spend: Spend;
  readonly quietMs: number;
  readonly outputBytes: number;
  readonly mark: ConversationMark | null;
};

export type Supervision = {
  readonly request: RunRequest;
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Begins the conversation, once the program runs; null for an agent that has none. */
  readonly converse: ((pipes: AgentPipes) => Exchange) | null;
  readonly messenger: Messenger;
  /** What its model was seen to count so far, where it is asked through us. */
  readonly modelUsage: () => Spent | null;
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
  readonly outputs: RunOutput[];
  exchange: Exchange | null;
  /** What went wrong with us as its bytes came in; the run ends with it. */
  failure: { readonly error: unknown } | null;
  /** Why we end it, and when it is asked to, and when it is killed. */
  ending: (Cause & { readonly askAt: number; readonly killAt: number }) | null;
};

/**
 * Runs the agent to its end, which comes by itself, by its conversation, by a limit or by a stop; the first cause counts.
 * When this resolves, no process of the agent is left, or the detail says that some could not be killed.
 */
export async function supervise(supervision: Supervision): Promise<AgentEnd> {
  const { request, converse, messenger, elapsed, watcher } = supervision;
  const startedAt = elapsed();
  const seen: Seen = {
    ...{ startedAt, outputAt: startedAt, printedBytes: 0, askedAt: null, outputs: [], exchange: null, ending: null },
    ...{ usage: unmeasured, failure: null },
  };
  let child: AgentChild;
  try {
    child = await startAgentChild({
      ...supervision,
      isConversing: converse !== null,
      count: (bytes) => countBytes(supervision, seen, bytes),
      onPrinted: (bytes) => supervision.transcript.append(bytes),
    });
  } catch (error) {
    const detail = `It could not be started: ${messageOf(error)}`;
    return { reason: 'not-started', exitCode: null, signal: null, detail };
  }
  const target = { directory: supervision.directory, agent: child.identity, sandbox: request.sandbox };
  let survivors = 0;
  try {
    watcher.onStarted(child.identity);
    if (converse !== null && child.pipes !== null) seen.exchange = converse(child.pipes);
    await watchUntilExit(supervision, seen, child, target);
  } finally {
    survivors = await killAll(target); // also when watching failed
  }
  await child.drained();
  if (seen.exchange !== null) await Promise.race([seen.exchange.over, delay(DRAIN_MS)]);
  await takeOutputs(supervision, seen, true);
  tell(supervision, seen);
  await messenger.end();
  const end = endOf(supervision, seen, { exit: await child.exited, survivors });
  conclude(supervision, seen, end);
  return end;
}

/** Judged here and not with the next look: a flood brings gigabytes between two looks. */
function countBytes(supervision: Supervision, seen: Seen, bytes: Buffer): boolean {
  const { request, elapsed } = supervision;
  seen.outputAt = elapsed();
  seen.printedBytes += bytes.length;
  if (seen.printedBytes <= request.limits.outputBytesMax) return true;
  try {
    endNow(supervision, seen, floodOf(request));
  } catch (error) {
    seen.failure ??= { error }; // a full disk: nobody could catch it here, where bytes come in
  }
  return false;
}

function endOf(
  { request, transcript }: Supervision,
  { exchange, ending, askedAt }: Seen,
  last: Pick<Parameters<typeof endOfAgent>[0], 'exit' | 'survivors'>,
): AgentEnd {
  const unsaid = { kind: 'crashed', detail: 'It ended without saying how.' } as const;
  return endOfAgent({
    ...last,
    ending,
    conversation: exchange === null ? null : (exchange.end()?.how ?? unsaid),
    sandbox: request.sandbox,
    hasAsked: askedAt !== null,
    lastWords: transcript.lastWords(),
  });
}

/** What only its conversation said becomes an output, so that everybody reads one kind of thing. */
function conclude(supervision: Supervision, seen: Seen, { reason, detail }: AgentEnd): void {
  const { exchange, outputs } = seen;
  if (exchange === null) return;
  const has = (kind: RunOutput['kind']): boolean => outputs.some((output) => output.kind === kind);
  const text = exchange.lastText();
  const question = exchange.question();
  if (reason === 'asked' && question !== null) say(supervision, seen, question);
  else if (reason === 'asked' && !has('ask'))
    say(supervision, seen, { kind: 'ask', question: text || detail, options: [] });
  if (reason === 'finished' && !has('result') && text !== '') say(supervision, seen, { kind: 'result', summary: text });
}

function say({ watcher }: Supervision, seen: Seen, output: RunOutput): void {
  seen.outputs.push(output);
  watcher.onOutputs([output]);
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
    const now = supervision.elapsed();
    if (seen.ending !== null && now >= seen.ending.killAt) {
      child.ignoreOutput();
      await killAll(target);
      await exit;
    } else if (seen.ending !== null && !isAsked && now >= seen.ending.askAt) {
      isAsked = true;
      await askToEnd(target);
    }
    await Promise.race([exit, delay(LOOK_MS)]);
  }
}

/** One look at everything that can end the agent. */
async function look(supervision: Supervision, seen: Seen): Promise<void> {
  const { messenger } = supervision;
  const { exchange } = seen;
  if (seen.failure !== null) throw seen.failure.error;
  await takeOutputs(supervision, seen, false);
  tell(supervision, seen);
  const isOpen = exchange !== null && exchange.end() === null && seen.ending === null;
  await messenger.look(isOpen ? (text) => exchange.tell(text) : null);
  if (seen.ending !== null) return;
  const limit = limitReached(supervision.request.limits, progressOf(supervision, seen), supervision.elapsed());
  if (limit?.isUrgent) return endNow(supervision, seen, limit);
  const mustStop = supervision.stopSignal.aborted || (await isStopRequested(supervision.directory));
  const over = exchange?.end() ?? null;
  if (over !== null) {
    // What it came to is known: from now on it only has to end.
    const { how, at } = over;
    if (!mustStop && supervision.elapsed() < at + LINGER_MS) return;
    const broken = { reason: 'crashed', detail: 'detail' in how ? how.detail : 'It broke off.' } as const;
    return endGently(supervision, seen, causeOf(how, seen.askedAt !== null) ?? broken);
  }
  if (mustStop) return endGently(supervision, seen, { reason: 'stopped', detail: 'It was stopped.' });
  const cause = limit ?? exchange?.look() ?? null;
  if (cause !== null) endGently(supervision, seen, cause);
}

function progressOf(supervision: Supervision, seen: Seen): Parameters<typeof limitReached>[1] {
  const { tail } = supervision;
  const { costMicroUsd, tokens } = spentIn(supervision, seen, 0);
  const outputAt = Math.max(seen.outputAt, seen.exchange?.patientUntil() ?? 0);
  return { ...seen, ...seen.usage, costMicroUsd, tokens, outputAt, outputBytes: seen.printedBytes + tail.size() };
}

/**
 * What it reported by typed outputs or in its conversation, and what its model was seen to count: each is a sum so far, so the
 * largest counts.
 */
function spentIn({ modelUsage }: Supervision, { outputs, exchange }: Seen, agentMs: number): Spend {
  const said = spendOf(outputs, agentMs);
  const all: readonly (Spent | null)[] = [said, exchange?.usage() ?? null, modelUsage()];
  return {
    ...said,
    costMicroUsd: largest(all.map((one) => one?.costMicroUsd ?? null)),
    tokens: largest(all.map((one) => one?.tokens ?? null)),
  };
}

function largest(values: readonly (number | null)[]): number | null {
  return values.reduce((one, other) => (one === null || other === null ? (one ?? other) : Math.max(one, other)), null);
}

/** Null when the agent was gone before it could be looked at. */
function meterOf({ request, directory, elapsed }: Supervision, { agent }: Target) {
  const { workspacePath, limits } = request;
  return agent === null ? null : createUsageMeter({ agent, mark: directory.output, workspacePath, limits, elapsed });
}

function tell(supervision: Supervision, seen: Seen): void {
  const { tail, elapsed, watcher } = supervision;
  const now = elapsed();
  const outputBytes = seen.printedBytes + tail.size();
  const spend = spentIn(supervision, seen, now - seen.startedAt);
  const mark = seen.exchange?.mark() ?? null;
  watcher.onLook({ ...seen.usage, spend, quietMs: now - seen.outputAt, outputBytes, mark });
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

/** For an agent that broke the protocol: no time to break more. */
function endNow(supervision: Supervision, seen: Seen, cause: Cause): void {
  const now = supervision.elapsed();
  endAt(supervision, seen, { ...cause, askAt: now, killAt: now });
}

/** For an agent that did nothing wrong: time to put things in order. A conversation is interrupted, then has half of the time. */
function endGently(supervision: Supervision, seen: Seen, cause: Cause): void {
  const now = supervision.elapsed();
  const { stopGraceMs } = supervision.request.limits;
  const isTalking = seen.exchange !== null && seen.exchange.end() === null;
  endAt(supervision, seen, { ...cause, askAt: isTalking ? now + stopGraceMs / 2 : now, killAt: now + stopGraceMs });
  if (isTalking) seen.exchange?.interrupt();
}

function endAt({ watcher }: Supervision, seen: Seen, ending: NonNullable<Seen['ending']>): void {
  if (seen.ending !== null) return;
  const { reason, detail, retryAt, askAt, killAt } = ending;
  seen.ending = { reason, detail, ...(retryAt === undefined ? {} : { retryAt }), askAt, killAt };
  watcher.onStopping(reason);
}

function floodOf({ limits }: RunRequest): Cause {
  return { reason: 'output-flood', detail: `It wrote more than ${limits.outputBytesMax} bytes.` };
}
