import { mayAdd } from '../domain/budget/who-adds.ts';
import { parseAnswer } from '../domain/command/answer.ts';
import { readDecision, type Matter } from '../domain/command/decision.ts';
import type { Person } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import type { Answer, Question, Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { hasMoved } from './obey-command.ts';
import type { Ports } from './ports.ts';

/** What to say to whoever answered a question of a budget in any other way. */
export const NO_PLAIN_YES = 'Only a plain yes adds to the budget: `1`, or `yes`.';
/** What to say to whoever said neither yes nor no to a question of ours, nor what else is wanted. */
export const UNCLEAR =
  'That is neither a plain yes nor a plain no. Reply with the letter, or say in a sentence what should be done first.';
/** What to say to whoever may not add to that budget. */
export const OPERATORS_ONLY = 'Only an operator of this server can add to this budget, with `reeve answer`.';

type Given = {
  readonly session: Session;
  /** The one that is open. */
  readonly question: Question;
  /** As it was written. Hostile text. */
  readonly text: string;
  readonly by: Person;
  /** False when other words or commands stand beside it in the comment: then it is no plain yes. */
  readonly isAlone?: boolean;
  /** The comment that it was written in. */
  readonly commentId?: number;
  /** What it came with, once and for ever: a comment's id, an operator's delivery. */
  readonly cause: string;
};

/**
 * Gives a permitted person's answer to the session, from a comment or the command line alike. `no-such-option`, `unclear`,
 * `no-plain-yes`, and `not-theirs` (that budget is raised by operators alone): they should be asked again, and nothing has
 * moved; `too-late`: nor has anything because it went on while we looked. Safe to repeat: a cause moves a session once.
 */
export async function answerQuestion(
  ports: Ports,
  { session, question, text, by, commentId, isAlone = true, cause }: Given,
): Promise<'answered' | NotTaken | 'not-theirs' | 'too-late'> {
  if (question.budget && !mayAdd(question.budget, by)) return 'not-theirs';
  const read = readAnswer(session, question, { text, isAlone });
  if (typeof read === 'string') return read;
  const at = ports.now();
  const answer = { ...read, by, at, ...(commentId === undefined ? {} : { commentId }) };
  const moved = await moveSession(ports, session.id, cause, { kind: 'answered', number: question.number, answer, at });
  return moved.outcome === 'moved' || (await hasMoved(ports, session, cause)) ? 'answered' : 'too-late';
}

type NotTaken = 'no-such-option' | 'unclear' | 'no-plain-yes';

function readAnswer(
  session: Session,
  question: Question,
  { text, isAlone }: { readonly text: string; readonly isAlone: boolean },
): Pick<Answer, 'option' | 'text'> | NotTaken {
  const read = parseAnswer(text, question);
  const matter = matterOf(session, question);
  if (matter === null) return read.isMiss ? 'no-such-option' : { option: read.option, text: read.text };
  const decision = readDecision(text, question, matter);
  if (matter === 'spend' && (decision !== 'yes' || !isAlone)) return 'no-plain-yes';
  if (!isAlone && decision !== 'prose') return 'unclear';
  if (decision === 'unclear') return read.isMiss ? 'no-such-option' : 'unclear';
  // With a condition nothing goes out and nothing is allowed: the agent is told the condition first.
  return { option: { yes: YES_OPTION, no: NO_OPTION, prose: null }[decision], text: read.text };
}

const YES_OPTION = 0;
const NO_OPTION = 1;

/** What a plain yes to this question would set going; null for a question of the agent's own. */
export function matterOf(session: Session, { budget, permissions }: Question): Matter | null {
  if (budget) return 'spend';
  if (session.state === 'waiting' && session.on.kind === 'hold') return 'publish';
  return permissions && permissions.length > 0 ? 'leave' : null;
}

/** What to say to whoever came too late, as a sentence. */
export async function whyTooLate({ store }: Pick<Ports, 'store'>, { id }: Session): Promise<string> {
  return whyNot(await store.sessions.get(id), 'answer') ?? 'Another question was asked meanwhile.';
}
