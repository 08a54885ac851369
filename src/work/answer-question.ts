import { isPlainYes, parseAnswer, readYesOrNo, type ParsedAnswer } from '../domain/command/answer.ts';
import { mayAdd } from '../domain/budget/who-adds.ts';
import type { Person } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import type { Question, Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { hasMoved } from './obey-command.ts';
import type { Ports } from './ports.ts';

/** What to say to whoever answered a question of a budget in any other way. */
export const NO_PLAIN_YES = 'Only `1` adds to the budget.';
/** What to say to whoever may not add to that budget. */
export const OPERATORS_ONLY = 'Only an operator of this server can add to this budget, with `reeve answer`.';

type Given = {
  readonly session: Session;
  /** The one that is open. */
  readonly question: Question;
  /** As it was written. Hostile text. */
  readonly text: string;
  readonly by: Person;
  /** What it came with, once and for ever: a comment's id, an operator's delivery. */
  readonly cause: string;
};

/**
 * Gives a permitted person's answer to the session, from a comment or the command line alike. `no-such-option` and
 * `no-plain-yes`, and `not-theirs` (that budget is raised by operators alone): they should be asked again, and nothing has moved; `too-late`: nor has anything because it went on while we
 * looked. Safe to repeat: a cause moves a session once.
 */
export async function answerQuestion(
  ports: Ports,
  { session, question, text, by, cause }: Given,
): Promise<'answered' | 'no-such-option' | 'no-plain-yes' | 'not-theirs' | 'too-late'> {
  const isBudget = question.budget !== undefined;
  if (question.budget && !mayAdd(question.budget, by)) return 'not-theirs';
  if (isBudget && !isPlainYes(text, question)) return 'no-plain-yes';
  const read = isBudget ? { option: 0, text, isBare: true, isMiss: false } : readAnswer(text, question);
  const { option, text: words, isBare, isMiss } = read;
  if (isMiss) return 'no-such-option';
  // What is held goes out, and leave is given, only on a plain yes; with a condition, the agent is told the condition first.
  const isHold = session.state === 'waiting' && session.on.kind === 'hold';
  const isTaken = isBare || !(isHold || (question.permissions ?? []).length > 0);
  const at = ports.now();
  const answer = { option: isTaken ? option : null, text: words, by, at };
  const moved = await moveSession(ports, session.id, cause, { kind: 'answered', number: question.number, answer, at });
  return moved.outcome === 'moved' || (await hasMoved(ports, session, cause)) ? 'answered' : 'too-late';
}

/** Whoever is asked "May it?" says yes or no. */
function readAnswer(text: string, question: Question): ParsedAnswer {
  const read = parseAnswer(text, question);
  const said = question.permissions ? readYesOrNo(text) : null;
  return said === null ? read : { ...read, option: said === 'yes' ? 0 : 1, isBare: true };
}

/** What to say to whoever came too late, as a sentence. */
export async function whyTooLate({ store }: Pick<Ports, 'store'>, { id }: Session): Promise<string> {
  return whyNot(await store.sessions.get(id), 'answer') ?? 'Another question was asked meanwhile.';
}
