import { runIdOf, type RunId } from '../ids.ts';
import { judgeEnd } from './judge-end.ts';
import {
  addSpend,
  ask,
  closeRun,
  move,
  publishing,
  requeue,
  restOrFail,
  retryOrFail,
  waitForOutage,
  type Transition,
} from './move.ts';
import { hasUnheard, hearOfMessages, takeMessage } from './messages.ts';
import { askForBudget, endOverBudget, isOverBudget, pauseRenewal, renewBudget } from './over-budget.ts';
import { pause, resume, waitForResume, withhold } from './pause.ts';
import {
  isFinal,
  type ChangesVerdict,
  type RunRecord,
  type Session,
  type SessionEvent,
  type SessionState,
} from './session.ts';

/**
 * The only place where a session changes state. Pure: the caller stores the session and its effects in one transaction.
 * Ignoring is an ordinary outcome, because GitHub repeats and reorders what it says and loops look twice.
 */
export function transition(session: Session, event: SessionEvent): Transition {
  const moved = isFinal(session) ? afterEnd(session, event) : (step(session, event) ?? anywhere(session, event));
  return moved ?? { outcome: 'ignored', why: 'runId' in event ? 'stale' : 'not-expected-here' };
}

function step(session: Session, event: SessionEvent): Transition | null {
  switch (session.state) {
    case 'queued':
      if (event.kind === 'pause-requested') return pause(session, event);
      if (event.kind === 'budget-crossed') return askForBudget(session, event.at, event);
      if (event.kind === 'launch-held') return hold(session, event);
      if (event.kind === 'agents-rest') return rest(session, event);
      if (event.kind === 'answered') return changeAnswer(session, event);
      return event.kind === 'slot-granted' ? startRun(session, event) : null;
    case 'preparing':
      return event.kind === 'pause-requested' ? pause(session, event) : prepare(session, event);
    case 'working':
      if (event.kind === 'pause-requested') return pause(session, event);
      if (event.kind === 'message-given') return takeMessage(session, event);
      if (event.kind === 'messages-heard') return hearOfMessages(session, event);
      if (!isOfRun(event, session.runId)) return null;
      if (event.kind === 'run-progressed') {
        return event.text === session.progress ? null : atWork(session, event.at, event.text);
      }
      return event.kind === 'run-ended' ? endRun(session, event) : null;
    case 'waiting':
      if (event.kind === 'resume-requested') return resume(session, event.at);
      if (event.kind === 'pause-requested') return pauseRenewal(session, event);
      if (event.kind === 'budget-renewed') return renewBudget(session, event.at);
      return event.kind === 'answered' ? takeAnswer(session, event) : null;
    case 'publishing':
      return publish(session, event);
    case 'reviewing':
      return event.kind === 'retry-requested' ? requeue(session, event.at) : null;
    case 'retrying':
      if (event.kind === 'pause-requested') return pause(session, event);
      return event.kind === 'retry-requested' || event.kind === 'retry-due' ? requeue(session, event.at) : null;
    case 'done':
    case 'failed':
    case 'stopped':
      return null;
  }
}

/** What may happen in every state that is not final. */
function anywhere(session: Session, event: SessionEvent): Transition | null {
  const end = (state: SessionState): Transition =>
    move(session, event.at, state, { changes: { runs: closeRun(session, 'stopped', event.at) } });
  if (event.kind === 'agent-chosen') return choose(session, event);
  if (event.kind === 'stop-requested') return end({ state: 'stopped', why: 'person', by: event.by });
  if (event.kind === 'work-forbidden') return end({ state: 'stopped', why: 'forbidden', by: event.by });
  if (event.kind === 'place-closed') return end({ state: 'stopped', why: event.why, by: null });
  if (event.kind === 'pull-merged' && session.pull) return end({ state: 'done', mergedBy: event.by });
  if (event.kind === 'pull-closed' && session.pull) return end({ state: 'stopped', why: 'pull-closed', by: event.by });
  // Once a pull request is open it decides: GitHub itself closes the issue of a merged one, in either order.
  if (event.kind === 'issue-closed' && !session.pull)
    return end({ state: 'stopped', why: 'issue-closed', by: event.by });
  return null;
}

/** The run in hand goes on with the agent that it has; what only waits for the model of one goes on at once. */
function choose(session: Session, { name, at }: Extract<SessionEvent, { kind: 'agent-chosen' }>): Transition | null {
  const { wants, ...rest } = session;
  if ((wants ?? null) === name) return null;
  const chosen: Session = name === null ? rest : { ...rest, wants: name };
  const last = session.runs.at(-1)?.end?.reason;
  if (session.state === 'retrying' && (last === 'rate-limited' || last === 'model-failed')) return requeue(chosen, at);
  return move(chosen, at, chosen, { shows: ['card'] });
}

/** Final states stay final; what is added is the record of having cleaned up, and of a pull request that was on its way. */
function afterEnd(session: Session, event: SessionEvent): Transition | null {
  if (event.kind === 'published') return recordPull(session, event);
  if (event.kind !== 'settled' || session.isSettled) return null;
  return {
    outcome: 'moved',
    session: { ...session, isSettled: true, version: session.version + 1, changedAt: event.at },
    effects: [],
  };
}

function recordPull(session: Session, { pull, at }: Extract<SessionEvent, { kind: 'published' }>): Transition | null {
  const isKnown = session.pull?.number === pull.number && session.pull.headSha === pull.headSha;
  const isOther = session.pull !== null && session.pull.number !== pull.number;
  return isKnown || isOther ? null : move(session, at, session, { changes: { pull }, shows: ['card'] });
}

function isOfRun(event: SessionEvent, runId: RunId): boolean {
  return 'runId' in event && event.runId === runId;
}

function hold(
  session: Session & { readonly state: 'queued' },
  { at, detail }: { readonly at: number; readonly detail: string },
): Transition | null {
  return session.lacks === detail ? null : move(session, at, { state: 'queued', lacks: detail }, { shows: ['card'] });
}

function rest(
  session: Session & { readonly state: 'queued' },
  { at, until }: { readonly at: number; readonly until: number },
): Transition | null {
  if (session.restsUntil === until) return null;
  return move(session, at, { state: 'queued', restsUntil: until }, { shows: ['card'] });
}

function startRun(
  session: Session,
  { at, reserved, agent }: Extract<SessionEvent, { kind: 'slot-granted' }>,
): Transition {
  const id = runIdOf(session.id, session.runs.length + 1);
  const known = { ...(agent ? { agent } : {}), ...(reserved ? { reserved } : {}) };
  const run: RunRecord = { id, startedAt: at, ...known, end: null };
  const runs = [...session.runs, run];
  return move(session, at, { state: 'preparing', runId: id }, { changes: { runs, messages: [] } });
}

function prepare(session: Session & { readonly state: 'preparing' }, event: SessionEvent): Transition | null {
  if (event.kind === 'message-given') return takeMessage(session, event); // its prompt may be made already
  if (!isOfRun(event, session.runId)) return null;
  if (event.kind === 'run-launched') return atWork(session, event.at, null);
  if (event.kind === 'prompt-noted') return note(session, event);
  if (event.kind === 'run-withheld') return withhold(session, event.at);
  if (event.kind !== 'launch-failed') return null;
  const { detail, outageUntil, at } = event;
  const changes = { runs: closeRun(session, 'launch-failed', at) };
  if (session.pausedBy) return waitForResume(session, at, { by: session.pausedBy, finishedRun: null, changes });
  return outageUntil === null
    ? retryOrFail(session, at, { why: 'cannot-prepare', detail, changes })
    : waitForOutage(session, at, { outageUntil, detail, changes });
}

/** Kept before the agent is started, so that it is told whatever comes of the run; the next state shows it. */
function note(session: Session, { notes, at }: Extract<SessionEvent, { kind: 'prompt-noted' }>): Transition | null {
  if (session.runs.at(-1)?.notes) return null;
  const runs = session.runs.map((run, index) => (index === session.runs.length - 1 ? { ...run, notes } : run));
  return move(session, at, session, { changes: { runs }, shows: [] });
}

/** The agent works, and a pause that was asked for is not forgotten. */
function atWork(
  { pausedBy, ...session }: Extract<Session, { state: 'preparing' | 'working' }>,
  at: number,
  progress: string | null,
): Transition {
  const working: SessionState = { state: 'working', runId: session.runId, progress };
  return move(session, at, pausedBy ? { ...working, pausedBy } : working, { shows: ['card'] });
}

function endRun(
  session: Session & { readonly state: 'working' },
  event: Extract<SessionEvent, { kind: 'run-ended' }>,
): Transition {
  const changes = {
    runs: closeRun(session, event.reason, event.at, event),
    spend: addSpend(session.spend, event.spend),
    summary: event.summary ?? session.summary,
  };
  if (isOverBudget(session, event))
    return endOverBudget(session, event.at, { ...event, changes: { ...changes, mishaps: 0 } });
  const verdict = judgeEnd(event, session.runs.slice(0, -1));
  const goesOn = verdict.kind !== 'wait' && verdict.kind !== 'fail';
  if (session.pausedBy && (event.reason === 'stopped' || goesOn)) {
    const finishedRun = verdict.kind === 'publish' && !hasUnheard(session) ? event.runId : null;
    return waitForResume(session, event.at, { by: session.pausedBy, finishedRun, changes });
  }
  switch (verdict.kind) {
    case 'publish':
      if (hasUnheard(session)) return requeue(session, event.at, { ...changes, mishaps: 0 });
      return move(session, event.at, publishing(event.runId, null), { changes: { ...changes, mishaps: 0 } });
    case 'wait':
      return ask(session, event.at, {
        ...verdict.question,
        held: null,
        changes: { ...changes, mishaps: 0 },
      });
    case 'retry':
      return retryOrFail(session, event.at, { why: verdict.why, detail: event.detail, changes });
    case 'rest':
      return restOrFail(session, event.at, { ...event, why: verdict.why, restsUntil: event.restsUntil, changes });
    case 'anew':
      return requeue(session, event.at, changes);
    case 'fail':
      return move(session, event.at, { state: 'failed', why: verdict.why, detail: event.detail }, { changes });
  }
}

function publish(session: Session & { readonly state: 'publishing' }, event: SessionEvent): Transition | null {
  if (event.kind === 'changes-judged' && event.runId === session.runId && session.step.kind === 'checking') {
    const { verdict } = event;
    switch (verdict.kind) {
      case 'push': {
        const step = { kind: 'pushing', head: verdict.head } as const;
        return move(
          session,
          event.at,
          { state: 'publishing', runId: session.runId, step },
          {
            shows: [],
            bodies: [{ kind: 'publish', sessionId: session.id, runId: session.runId, head: verdict.head }],
          },
        );
      }
      case 'hold':
        return ask(session, event.at, {
          ...holdQuestion(verdict),
          held: { runId: session.runId, head: verdict.head },
          changes: {},
        });
      case 'refuse':
        return move(session, event.at, { state: 'failed', why: 'refused', detail: verdict.reasons.join('\n') });
      case 'nothing':
        return session.pull
          ? move(session, event.at, { state: 'reviewing', isUnchanged: true })
          : move(session, event.at, { state: 'failed', why: 'no-changes', detail: session.summary ?? '' });
      case 'unknown':
        return move(session, event.at, { state: 'failed', why: 'cannot-publish', detail: verdict.detail });
    }
  }
  if (session.step.kind !== 'pushing') return null;
  if (event.kind === 'published' && event.pull.headSha === session.step.head) {
    return move(session, event.at, { state: 'reviewing' }, { changes: { pull: event.pull } });
  }
  if (event.kind === 'publish-failed' && event.head === session.step.head) {
    return move(session, event.at, { state: 'failed', why: 'cannot-publish', detail: event.detail });
  }
  return null;
}

function takeAnswer(
  session: Session & { readonly state: 'waiting' },
  event: Extract<SessionEvent, { kind: 'answered' }>,
): Transition | null {
  if (session.on.kind === 'pause' || event.number !== session.on.number) return null;
  const questions = session.questions.map((one) =>
    one.number === event.number ? { ...one, answer: event.answer } : one,
  );
  const more = {
    changes: { questions },
    bodies: [{ kind: 'question', sessionId: session.id, number: event.number } as const],
  };
  if (session.on.kind === 'budget' && event.answer.option !== MORE_OPTION) return null; // only a plain yes spends
  if (session.on.kind !== 'hold') return move(session, event.at, { state: 'queued' }, more);
  if (event.answer.option === PUBLISH_OPTION)
    return move(session, event.at, publishing(session.on.runId, session.on.head), more);
  if (event.answer.option === STOP_OPTION) {
    return move(session, event.at, { state: 'stopped', why: 'person', by: event.answer.by }, more);
  }
  return move(session, event.at, { state: 'queued' }, more); // prose tells the agent what to change
}

/** The comment of the last answer says something else now, and no agent was started with what it said. */
function changeAnswer(
  session: Session & { readonly state: 'queued' },
  { number, answer, at }: Extract<SessionEvent, { kind: 'answered' }>,
): Transition | null {
  const last = session.questions.at(-1);
  const before = last?.number === number && !last.budget ? last.answer : null;
  if (!before || before.commentId === undefined || before.commentId !== answer.commentId) return null;
  if ((session.runs.at(-1)?.startedAt ?? 0) > before.at) return null;
  const questions = session.questions.map((one) => (one.number === number ? { ...one, answer } : one));
  const bodies = [{ kind: 'question', sessionId: session.id, number } as const];
  return move(session, at, session, { changes: { questions }, shows: [], bodies });
}

const MORE_OPTION = 0;
const PUBLISH_OPTION = 0;
const STOP_OPTION = 1;

function holdQuestion({ reasons, head }: Extract<ChangesVerdict, { kind: 'hold' }>): {
  readonly text: string;
  readonly options: readonly string[];
} {
  return {
    text: [
      'The work is finished, and something in it should be seen by a person before it is pushed:',
      '',
      ...reasons.map((reason) => `- ${reason}`),
      '',
      `It is all in commit ${head.slice(0, 12)}, which waits on the server.`,
    ].join('\n'),
    options: ['Publish it as it is', 'Stop, and publish nothing'],
  };
}
