import type { Crossing } from '../budget/budget.ts';
import { runIdOf, sessionIdOf, type RunId } from '../ids.ts';
import type { RunEndReason } from '../run/run.ts';
import { MISHAPS_MAX } from './move.ts';
import type {
  Answer,
  ChangesVerdict,
  Session,
  SessionCommon,
  SessionEvent,
  SessionState,
  StateName,
} from './session.ts';

/** A session in some situation; `name` tells it from the others of its state. */
export type ExampleSession = { readonly name: string; readonly session: Session };
/** One thing that can happen; `name` tells it from the others of its kind. */
export type ExampleEvent = { readonly name: string; readonly event: SessionEvent };

const id = sessionIdOf(1, 7, 1);
const runId = runIdOf(id, 1);
const ada = { id: 11, login: 'ada' };
const head = 'a'.repeat(40);
const pull = { number: 31, headSha: 'b'.repeat(40) };
const at = 100_000;

const open: Partial<SessionCommon> = { runs: [{ id: runId, startedAt: 2_000, end: null }] };
const told: Partial<SessionCommon> = {
  ...open,
  messages: [{ commentId: 76, text: 'Mind the eggs.', by: ada, at: 2_500, fate: null }],
};
const tired: Partial<SessionCommon> = { ...open, mishaps: MISHAPS_MAX - 1 };
const ended: Partial<SessionCommon> = {
  runs: [{ id: runId, startedAt: 2_000, end: { reason: 'finished', at: 3_000 } }],
};
const crossing: Crossing = {
  ...{ scope: 'server-day', measure: 'costMicroUsd', used: 90, limit: 100, step: 100, reckonedMicroUsd: 0 },
};
const reserved = {
  ...{ costMicroUsd: 10_000, tokens: 100, agentMs: 60_000 },
  bounds: { costMicroUsd: 'run', tokens: 'run', agentMs: 'run' },
} as const;
const budgeted: Partial<SessionCommon> = { runs: [{ id: runId, startedAt: 2_000, end: null, reserved }] };
const overspent: Partial<SessionCommon> = {
  ...ended,
  questions: [{ number: 1, text: 'More?', options: ['Yes'], askedAt: 3_000, answer: null, budget: crossing }],
};
const asked: Partial<SessionCommon> = {
  ...ended,
  questions: [{ number: 1, text: 'Which owl?', options: ['barn', 'tawny'], askedAt: 3_000, answer: null }],
};

/** Every state, in each situation in which it treats some event differently. */
export const exampleSessions: readonly ExampleSession[] = Object.values<readonly ExampleSession[]>({
  queued: both('queued', { state: 'queued' }),
  preparing: [
    ...both('preparing', { state: 'preparing', runId }, open),
    ...both('preparing, pausing', { state: 'preparing', runId, pausedBy: ada }, open),
    ...both('preparing, last try', { state: 'preparing', runId }, tired),
  ],
  working: [
    ...both('working', { state: 'working', runId, progress: null }, open),
    ...both('working, pausing', { state: 'working', runId, progress: null, pausedBy: ada }, open),
    ...both('working, budget of its own', { state: 'working', runId, progress: null }, budgeted),
    ...both('working, told something', { state: 'working', runId, progress: null }, told),
    ...both('working, last try', { state: 'working', runId, progress: null }, tired),
  ],
  waiting: [
    ...both('waiting, question', { state: 'waiting', on: { kind: 'question', number: 1 } }, asked),
    ...both('waiting, hold', { state: 'waiting', on: { kind: 'hold', number: 1, runId, head } }, asked),
    ...both('waiting, budget', { state: 'waiting', on: { kind: 'budget', number: 1, renewsAt: null } }, overspent),
    ...both('waiting, day budget', { state: 'waiting', on: { kind: 'budget', number: 1, renewsAt: at } }, overspent),
    ...both('waiting, paused', paused(null), ended),
    ...both('waiting, paused when finished', paused(runId), ended),
  ],
  publishing: [
    ...both(
      'publishing, checking',
      { state: 'publishing', runId, step: { kind: 'checking', approvedHead: null } },
      ended,
    ),
    ...both('publishing, pushing', { state: 'publishing', runId, step: { kind: 'pushing', head } }, ended),
  ],
  reviewing: [
    withPull('reviewing', { state: 'reviewing' }, ended),
    withPull('reviewing, unchanged', { state: 'reviewing', isUnchanged: true }, ended),
  ],
  retrying: both('retrying', { state: 'retrying', retryAt: 9_000, detail: 'gone' }, ended),
  done: [withPull('done', { state: 'done', mergedBy: ada }, ended)],
  failed: both('failed', { state: 'failed', why: 'crashed', detail: 'exit code 1' }, ended),
  stopped: both('stopped', { state: 'stopped', why: 'person', by: ada }, ended),
} satisfies Record<StateName, readonly ExampleSession[]>).flat();

/** Every kind of event, with each thing that it can say. */
export const exampleEvents: readonly ExampleEvent[] = Object.values<readonly ExampleEvent[]>({
  'slot-granted': one({ kind: 'slot-granted', at }),
  'budget-crossed': one({ kind: 'budget-crossed', crossing, at }),
  'budget-renewed': one({ kind: 'budget-renewed', at }),
  'launch-held': one({ kind: 'launch-held', detail: 'This machine is short of memory (ENOMEM).', at }),
  'agents-rest': one({ kind: 'agents-rest', until: at + 300_000, at }),
  'run-launched': one({ kind: 'run-launched', runId, at }),
  'launch-failed': [
    launchFailed('mishap', { detail: 'no space left', outageUntil: null }),
    launchFailed('outage', { detail: 'GitHub is down.', outageUntil: at + 60_000 }),
  ],
  'prompt-noted': one({ kind: 'prompt-noted', runId, notes: { hidden: [], hiddenMore: 0, mistakes: [] }, at }),
  'run-withheld': one({ kind: 'run-withheld', runId, at }),
  'message-given': one({
    kind: 'message-given',
    message: { commentId: 77, text: 'Mind the owlets.', by: ada, at },
    at,
  }),
  'messages-heard': one({ kind: 'messages-heard', fates: [{ commentId: 76, fate: 'read' }], at }),
  'run-progressed': one({ kind: 'run-progressed', runId, text: 'Reading', at }),
  'run-ended': [...endReasons().map((reason) => runEnded(reason)), runEnded('asked', { isMute: true })],
  answered: [answered('in prose', null), answered('first option', 0), answered('second option', 1)],
  'changes-judged': [
    judged({ kind: 'push', head }),
    judged({ kind: 'hold', head, reasons: ['It changes a workflow.'] }),
    judged({ kind: 'refuse', reasons: ['It changes a submodule.'] }),
    judged({ kind: 'nothing' }),
    judged({ kind: 'unknown', detail: 'The commits cannot be read.' }),
  ],
  published: one({ kind: 'published', pull: { number: pull.number, headSha: head }, at }),
  'publish-failed': one({ kind: 'publish-failed', head, detail: 'The branch is protected.', at }),
  'retry-requested': one({ kind: 'retry-requested', by: ada, at }),
  'agent-chosen': one({ kind: 'agent-chosen', name: 'codex', by: ada, at }),
  'stop-requested': one({ kind: 'stop-requested', by: ada, at }),
  'pause-requested': one({ kind: 'pause-requested', by: ada, at }),
  'resume-requested': one({ kind: 'resume-requested', by: ada, at }),
  'work-forbidden': one({ kind: 'work-forbidden', by: ada, at }),
  'retry-due': one({ kind: 'retry-due', at }),
  'pull-merged': one({ kind: 'pull-merged', by: ada, at }),
  'pull-closed': one({ kind: 'pull-closed', by: ada, at }),
  'issue-closed': one({ kind: 'issue-closed', by: ada, at }),
  'place-closed': one({ kind: 'place-closed', why: 'app-suspended', at }),
  settled: one({ kind: 'settled', at }),
} satisfies Record<SessionEvent['kind'], readonly ExampleEvent[]>).flat();

function both(name: string, state: SessionState, changes: Partial<SessionCommon> = {}): readonly ExampleSession[] {
  return [{ name, session: sessionIn(state, changes) }, withPull(`${name}, pull`, state, changes)];
}

function paused(finishedRun: RunId | null): SessionState {
  return { state: 'waiting', on: { kind: 'pause', by: ada, finishedRun } };
}

function withPull(name: string, state: SessionState, changes: Partial<SessionCommon>): ExampleSession {
  return { name, session: sessionIn(state, { ...changes, pull }) };
}

function sessionIn(state: SessionState, changes: Partial<SessionCommon>): Session {
  const common: SessionCommon = {
    ...{ id, repositoryId: 1, issueNumber: 7, title: 'Wake the owls', previousId: null, requestedBy: ada },
    ...{ conversationId: 'c', branch: 'reeve/7-wake-the-owls', runs: [], questions: [], pull: null, summary: null },
    ...{ spend: { agentMs: 0, costMicroUsd: null, tokens: null }, mishaps: 0, isSettled: false },
    ...{ createdAt: 1_000, changedAt: 3_000, version: 5 },
  };
  return { ...common, ...changes, ...state };
}

function one(event: SessionEvent): readonly ExampleEvent[] {
  return [{ name: event.kind, event }];
}

function launchFailed(
  why: string,
  failed: { readonly detail: string; readonly outageUntil: number | null },
): ExampleEvent {
  return { name: `launch-failed (${why})`, event: { kind: 'launch-failed', runId, ...failed, at } };
}

function endReasons(): readonly RunEndReason[] {
  return Object.values({
    ...{ finished: 'finished', asked: 'asked', crashed: 'crashed', 'bad-output': 'bad-output' },
    ...{ 'forged-marker': 'forged-marker', 'output-flood': 'output-flood', 'timed-out': 'timed-out', silent: 'silent' },
    ...{ 'too-much-memory': 'too-much-memory', 'too-many-processes': 'too-many-processes' },
    ...{ 'disk-full': 'disk-full', 'over-budget': 'over-budget' },
    ...{ declined: 'declined', 'rate-limited': 'rate-limited', 'out-of-credit': 'out-of-credit' },
    ...{ 'not-authenticated': 'not-authenticated', 'context-full': 'context-full', 'model-failed': 'model-failed' },
    ...{ stopped: 'stopped', 'setup-failed': 'setup-failed', 'not-started': 'not-started', lost: 'lost' },
  } as const satisfies { readonly [Reason in RunEndReason]: Reason });
}

function runEnded(reason: RunEndReason, { isMute = false } = {}): ExampleEvent {
  const spend = { agentMs: 60_000, costMicroUsd: 12_500, tokens: null };
  const question = reason === 'asked' && !isMute ? { text: 'Which owl?', options: ['barn', 'tawny'] } : null;
  const outcome = { reason, detail: 'What happened.', question, summary: null, spend };
  return {
    name: `run-ended (${reason}${isMute ? ' nothing' : ''})`,
    event: { kind: 'run-ended', runId, ...outcome, at },
  };
}

function answered(how: string, option: number | null): ExampleEvent {
  const answer: Answer = { text: 'The barn owl', option, by: ada, at };
  return { name: `answered (${how})`, event: { kind: 'answered', number: 1, answer, at } };
}

function judged(verdict: ChangesVerdict): ExampleEvent {
  return { name: `changes-judged (${verdict.kind})`, event: { kind: 'changes-judged', runId, verdict, at } };
}
