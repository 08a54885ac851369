import { crossingOf, renewsAt, type Crossing } from '../budget/budget.ts';
import { tellCrossing } from '../budget/tell.ts';
import type { Person } from '../people.ts';
import { move, requeue, type Transition } from './move.ts';
import { waitForResume } from './pause.ts';
import type { RunOutcome, Session, SessionCommon } from './session.ts';

/** Too little is left for another run: the session asks whether more may be spent, and waits. Nothing of its work is lost. */
export function askForBudget(
  session: Session,
  at: number,
  { crossing, changes = {} }: { readonly crossing: Crossing; readonly changes?: Partial<SessionCommon> },
): Transition {
  const number = session.questions.length + 1;
  const renewal = renewsAt(crossing.scope, at);
  const question = { number, ...tellCrossing(crossing, renewal), askedAt: at, answer: null, budget: crossing };
  return move(
    session,
    at,
    { state: 'waiting', on: { kind: 'budget', number, renewsAt: renewal } },
    {
      changes: { ...changes, questions: [...session.questions, question] },
      bodies: [{ kind: 'question', sessionId: session.id, number }],
    },
  );
}

/** Whether a run was ended at its budget: its host says so, or its time was shorter than that of other runs. */
export function isOverBudget(session: Session, { reason }: Pick<RunOutcome, 'reason'>): boolean {
  if (reason === 'over-budget') return true;
  const reserved = session.runs.at(-1)?.reserved;
  return reason === 'timed-out' && reserved !== undefined && reserved.bounds.agentMs !== 'run';
}

/**
 * Its host ended a run that had used what was reserved for it. When that was all that one run may use, a person is asked;
 * when another limit left it no more, the queue finds that limit crossed, and asks with its sums.
 */
export function endOverBudget(
  session: Session,
  at: number,
  { reason, spend, changes }: Pick<RunOutcome, 'reason' | 'spend'> & { readonly changes: Partial<SessionCommon> },
): Transition {
  const reserved = session.runs.at(-1)?.reserved;
  const crossing = reserved && reason === 'over-budget' ? crossingOf(reserved, spend) : null;
  if (crossing?.scope === 'run') return askForBudget(session, at, { crossing, changes });
  // A pause outlasts the end of the run: from the queue the work would go on without a resume.
  const by = session.state === 'working' ? session.pausedBy : undefined;
  return by ? waitForResume(session, at, { by, finishedRun: null, changes }) : requeue(session, at, changes);
}

/** A new day has begun, and the budget that it waited for with it. */
export function renewBudget(session: Extract<Session, { state: 'waiting' }>, at: number): Transition | null {
  const { on } = session;
  if (on.kind !== 'budget' || on.renewsAt === null || at < on.renewsAt) return null;
  return move(session, at, { state: 'queued' }, withdraw(session, on.number, at));
}

/** Waits for a new day no longer, but for a person: without this its work would go on by itself. */
export function pauseRenewal(
  session: Extract<Session, { state: 'waiting' }>,
  { by, at }: { readonly by: Person; readonly at: number },
): Transition | null {
  const { on } = session;
  if (on.kind !== 'budget' || on.renewsAt === null) return null;
  return waitForResume(session, at, { by, finishedRun: null, ...withdraw(session, on.number, at) });
}

/** The question needs no answer any more. */
function withdraw({ id, questions }: Session, number: number, at: number) {
  return {
    changes: { questions: questions.map((one) => (one.number === number ? { ...one, withdrawnAt: at } : one)) },
    bodies: [{ kind: 'question', sessionId: id, number } as const],
  };
}
