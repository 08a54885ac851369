import { crossingOf, renewsAt, type Crossing } from '../budget/budget.ts';
import { tellCrossing } from '../budget/tell.ts';
import { move, requeue, type Transition } from './move.ts';
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

/**
 * Its host ended a run that had used what was reserved for it. When that was all that one run may use, a person is asked;
 * when another limit left it no more, the queue finds that limit crossed, and asks with its sums.
 */
export function endOverBudget(
  session: Session,
  at: number,
  { spend, changes }: { readonly spend: RunOutcome['spend']; readonly changes: Partial<SessionCommon> },
): Transition {
  const reserved = session.runs.at(-1)?.reserved;
  const crossing = reserved ? crossingOf(reserved, spend) : null;
  return crossing?.scope === 'run' ? askForBudget(session, at, { crossing, changes }) : requeue(session, at, changes);
}

/** A new day has begun, and the budget that it waited for with it. */
export function renewBudget(session: Extract<Session, { state: 'waiting' }>, at: number): Transition | null {
  const { on } = session;
  if (on.kind !== 'budget' || on.renewsAt === null || at < on.renewsAt) return null;
  const questions = session.questions.map((one) => (one.number === on.number ? { ...one, withdrawnAt: at } : one));
  const bodies = [{ kind: 'question', sessionId: session.id, number: on.number } as const];
  return move(session, at, { state: 'queued' }, { changes: { questions }, bodies });
}
