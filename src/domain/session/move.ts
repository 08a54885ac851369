import { wish, type Effect, type EffectBody } from '../effect/effect.ts';
import type { RunId } from '../ids.ts';
import type { Spend } from '../run/run.ts';
import {
  isFinal,
  isOpen,
  type AskedByAgent,
  type Question,
  type RunRecordEnd,
  type Session,
  type SessionCommon,
  type SessionState,
} from './session.ts';

export type Transition =
  | { readonly outcome: 'moved'; readonly session: Session; readonly effects: readonly Effect[] }
  | { readonly outcome: 'ignored'; readonly why: 'not-expected-here' | 'stale' };

/** Mishaps in a row after which a session fails: enough for a machine that restarts, few enough to be noticed. */
export const MISHAPS_MAX = 4;
const RETRY_BASE_MS = 5_000;
const RETRY_MAX_MS = 300_000;
const OUTAGE_TRIES_MAX = 40; // launches in a row that an outage foiled: with the waits below three hours; then a person should know

/** What a run can end for that time alone mends. */
export type RestReason = 'rate-limited' | 'model-failed';
const REST_BASE_MS = 60_000;
const REST_MAX_MS = 3_600_000;
// In a row, with the waits above: a day and more of a model that says wait; three hours of one that fails.
export const RESTS_MAX: Readonly<Record<RestReason, number>> = { 'rate-limited': 30, 'model-failed': 8 };

// Between two of these ends no agent got anything done, whichever comes after which.
const passing: ReadonlySet<RunRecordEnd['reason'] | undefined> = new Set([
  ...(['rate-limited', 'model-failed', 'out-of-credit', 'not-authenticated'] as const),
  ...(['launch-failed', 'withheld', 'not-started', 'setup-failed'] as const),
]);

type Asked = AskedByAgent & {
  /** The finished work that waits for the answer; null when the agent itself asks. */
  readonly held: { readonly runId: RunId; readonly head: string } | null;
  readonly changes: Partial<SessionCommon>;
};

/** A question to a person: the session waits, and the question gets a card of its own. */
export function ask(
  session: Session,
  at: number,
  { held, changes, text, options, permissions = [] }: Asked,
): Transition {
  const number = session.questions.length + 1;
  const leave = permissions.length > 0 ? { permissions } : {}; // only a question for leave is answered by yes and no
  const question: Question = { number, text, options, ...leave, askedAt: at, answer: null };
  const waiting: SessionState = {
    state: 'waiting',
    on: held ? { kind: 'hold', number, ...held } : { kind: 'question', number },
  };
  return move(session, at, waiting, {
    changes: { ...changes, questions: [...session.questions, question] },
    bodies: [{ kind: 'question', sessionId: session.id, number }],
  });
}

/** The finished work of a run goes to be checked; with the commit that a person let pass after it was held. */
export function publishing(runId: RunId, approvedHead: string | null): SessionState {
  return { state: 'publishing', runId, step: { kind: 'checking', approvedHead } };
}

/** Back to the queue for another run; an open pull request shows that. */
export function requeue(session: Session, at: number, changes: Partial<SessionCommon> = {}): Transition {
  return move(session, at, { state: 'queued' }, { changes });
}

/** A mishap of the machine, or a crash: again later, each time later, and not for ever. */
export function retryOrFail(
  session: Session,
  at: number,
  {
    why,
    detail,
    changes,
  }: {
    readonly why: 'lost' | 'not-started' | 'setup-failed' | 'crashed' | 'cannot-prepare';
    readonly detail: string;
    readonly changes: Partial<SessionCommon>;
  },
): Transition {
  const mishaps = session.mishaps + 1;
  if (mishaps >= MISHAPS_MAX)
    return move(session, at, { state: 'failed', why, detail }, { changes: { ...changes, mishaps } });
  const retryAt = at + backoffMs(mishaps);
  return move(session, at, { state: 'retrying', retryAt, detail }, { changes: { ...changes, mishaps } });
}

function backoffMs(tries: number): number {
  return Math.min(RETRY_BASE_MS * 2 ** (tries - 1), RETRY_MAX_MS);
}

/** Something outside is unwell, which is nobody's fault here: again when it is well, each time later, and not for ever. */
export function waitForOutage(
  session: Session,
  at: number,
  {
    outageUntil,
    detail,
    changes,
  }: { readonly outageUntil: number; readonly detail: string; readonly changes: Pick<SessionCommon, 'runs'> },
): Transition {
  const tries = changes.runs.length - 1 - changes.runs.findLastIndex((run) => run.end?.reason !== 'launch-failed');
  if (tries >= OUTAGE_TRIES_MAX)
    return move(session, at, { state: 'failed', why: 'cannot-prepare', detail }, { changes });
  const retryAt = Math.max(outageUntil, at + backoffMs(tries));
  return move(session, at, { state: 'retrying', retryAt, detail }, { changes });
}

/** The model of its agent takes nothing for a while, or has failed: again when somebody can go on, and not for ever. */
export function restOrFail(
  session: Session,
  at: number,
  {
    why,
    detail,
    restsUntil,
    changes,
  }: {
    readonly why: RestReason;
    readonly detail: string;
    readonly restsUntil: number | undefined;
    readonly changes: Pick<SessionCommon, 'runs' | 'spend' | 'summary'>;
  },
): Transition {
  const inRow = changes.runs.slice(changes.runs.findLastIndex(({ end }) => !passing.has(end?.reason)) + 1);
  const rests = inRow.filter(({ end }) => end?.reason === why).length;
  if (rests >= RESTS_MAX[why]) return move(session, at, { state: 'failed', why, detail }, { changes });
  const retryAt = restsUntil ?? at + Math.min(REST_BASE_MS * 2 ** (rests - 1), REST_MAX_MS);
  return move(session, at, { state: 'retrying', retryAt, detail }, { changes });
}

/** The runs, with the one that was still open ended; with what was heard of its spend and its conversation. */
export function closeRun(
  session: Session,
  reason: RunRecordEnd['reason'],
  at: number,
  { spend, mark }: Pick<RunRecordEnd, 'spend' | 'mark'> = {},
): Session['runs'] {
  const end: RunRecordEnd = { reason, at, ...(spend ? { spend } : {}), ...(mark ? { mark } : {}) };
  return session.runs.map((run) => (run.end === null ? { ...run, end } : run));
}

/** Sums, in which an unknown part stays unknown only while nothing is known. */
export function addSpend(one: Spend, other: Spend): Spend {
  const add = (a: number | null, b: number | null): number | null =>
    a === null && b === null ? null : (a ?? 0) + (b ?? 0);
  return {
    agentMs: one.agentMs + other.agentMs,
    costMicroUsd: add(one.costMicroUsd, other.costMicroUsd),
    tokens: add(one.tokens, other.tokens),
  };
}

type Move = {
  readonly changes?: Partial<SessionCommon>;
  /** What people see of the session besides; both unless said otherwise. */
  readonly shows?: readonly ('card' | 'labels')[];
  readonly bodies?: readonly EffectBody[];
};

/** The one way into a new state: counts the version, and wishes for what people should see of it. */
export function move(
  from: Session,
  at: number,
  to: SessionState,
  { changes = {}, shows = ['card', 'labels'], bodies = [] }: Move = {},
): Transition {
  const session: Session = { ...commonOf(from), ...to, ...changes, version: from.version + 1, changedAt: at };
  const checks = checksAfter(from, session);
  const voided = voidQuestion(from, session);
  const wishes: EffectBody[] = [
    ...shows.map((kind) => ({ kind, sessionId: session.id })),
    ...voided,
    ...checks,
    ...bodies,
  ];
  const mayRest = isPassing(to);
  return {
    outcome: 'moved',
    session,
    effects: wishes.map((body) => wish(session, body, { mayRest: mayRest && isShow(body) })),
  };
}

/** States that pass by themselves. What people wait for, or must act on, is shown at once. */
function isPassing({ state }: SessionState): boolean {
  return ['queued', 'preparing', 'working', 'publishing'].includes(state);
}

function isShow({ kind }: EffectBody): boolean {
  return kind === 'card' || kind === 'labels' || kind === 'check';
}

/** An open pull request shows each new state on its newest commit; on a commit that it replaced, that it was replaced. */
function checksAfter(from: Session, to: Session): EffectBody[] {
  if (from.state === to.state && from.pull === to.pull) return [];
  const heads = new Set([from.pull, to.pull].flatMap((pull) => (pull ? [pull.headSha] : [])));
  return [...heads].map((headSha) => ({ kind: 'check', sessionId: to.id, headSha }));
}

/** A question that nobody needs to answer any more says so. */
function voidQuestion(from: Session, to: Session): EffectBody[] {
  if (from.state !== 'waiting' || !isFinal(to)) return [];
  const open = to.questions.find(isOpen);
  return open ? [{ kind: 'question', sessionId: to.id, number: open.number }] : [];
}

/** The fields of every state, without those of the state it leaves. */
function commonOf(session: Session): SessionCommon {
  const { id, repositoryId, issueNumber, title, previousId, requestedBy, conversationId, branch, runs, questions } =
    session;
  const { pull, summary, spend, mishaps, isSettled, createdAt, changedAt, version, wants, messages } = session;
  return {
    ...(wants === undefined ? {} : { wants }),
    ...(messages === undefined ? {} : { messages }),
    ...{ id, repositoryId, issueNumber, title, previousId, requestedBy, conversationId, branch, runs, questions },
    ...{ pull, summary, spend, mishaps, isSettled, createdAt, changedAt, version },
  };
}
