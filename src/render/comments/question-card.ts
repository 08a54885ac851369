import { renewsAt } from '../../domain/budget/budget.ts';
import { isForOperators } from '../../domain/budget/who-adds.ts';
import { displayOf } from '../../domain/session/display.ts';
import { isFinal, type Answer, type Question, type Session } from '../../domain/session/session.ts';
import { COMMENT_CHARACTERS_MAX, cutTo, details, inline, quoted, shorten } from '../markdown.ts';
import { letterOf } from '../options.ts';
import { personText } from '../person.ts';
import { COMMAND_PREFIX } from '../verbs.ts';

/**
 * The one comment of a question, edited when it is answered or when nobody needs to answer it any more. Markdown.
 * The answer is quoted back without mentioning its author: who has just answered needs no notification.
 */
export function questionCard(session: Session, question: Question): string {
  const parts = question.answer
    ? answered(session, question, question.answer)
    : isFinal(session) || question.withdrawnAt !== undefined
      ? unneeded(session, question)
      : open(session, question);
  return cutTo(parts.join('\n\n'), COMMENT_CHARACTERS_MAX);
}

const QUESTION_CHARACTERS_MAX = 20_000; // as much as an agent may ask; leaves room for everything else
const ANSWER_CHARACTERS_MAX = 20_000;

function open(session: Session, question: Question): string[] {
  if (question.budget) return openBudget(session, question);
  return [
    `### Reeve asks: question ${question.number}`,
    quoted(shorten(question.text, QUESTION_CHARACTERS_MAX)),
    ...optionList(question, '- [ ] '),
    `${howToAnswer(session, question)} A reply here by anyone with write access to this repository counts as the answer, unless it only quotes or begins with a mention of somebody else. The work waits for it and then goes on where it stopped.`,
  ];
}

/** It is we who ask, and one answer is offered. */
function openBudget({ id }: Session, { number, text, options, budget }: Question): string[] {
  return [
    `### Reeve asks: question ${number}`,
    text,
    budget && isForOperators(budget)
      ? `An operator of this server can decide it, with \`reeve answer ${id} 1\`: **${inline(options[0] ?? '')}**. \`${COMMAND_PREFIX} stop\` ends the work.`
      : `Reply \`1\` or \`yes\`, or use \`${COMMAND_PREFIX} answer 1\`, to decide it: **${inline(options[0] ?? '')}**. Anyone with write access to this repository may. \`${COMMAND_PREFIX} stop\` ends the work.`,
  ];
}

function howToAnswer(session: Session, question: Question): string {
  const own = `\`${COMMAND_PREFIX} answer …\``;
  if (question.options.length === 0) return `Reply with a sentence of your own, or with ${own}.`;
  const letter = letterOf(question.options.length > 1 ? 1 : 0);
  const short = question.number > 1 ? `\`${letter}\` or \`${question.number}${letter}\`` : `\`${letter}\``;
  const isHold = session.state === 'waiting' && session.on.kind === 'hold';
  const yes = isHold || asksForLeave(question) ? ', with `yes` for **a**' : '';
  const prose = isHold
    ? 'say in a sentence what should be changed first'
    : asksForLeave(question)
      ? 'tell the agent in a sentence what to do instead (which allows nothing)'
      : 'answer in a sentence of your own';
  return `Tick one, or reply with a letter such as ${short}${yes}, or ${prose}, or use ${own}.`;
}

function answered(session: Session, question: Question, answer: Answer): string[] {
  return [
    `### Question ${question.number}: answered`,
    `Answered by ${personText(answer.by)}:`,
    quoted(shorten(answer.text, ANSWER_CHARACTERS_MAX)),
    taken(session, question, answer),
    asked(question),
  ];
}

/** An agent's question of another kind may carry an empty list. */
function asksForLeave({ permissions }: Question): boolean {
  return permissions !== undefined && permissions.length > 0;
}

function taken(session: Session, question: Question, { option }: Answer): string {
  const text = option === null ? undefined : question.options[option];
  const meant =
    option === null || text === undefined
      ? asksForLeave(question)
        ? 'Taken in these words, which allow nothing.'
        : 'Taken in these words.'
      : `Taken as **${letterOf(option)}**: ${inline(text)}.`.replace(/([.!?])\.$/, '$1');
  return isFinal(session) ? meant : `${meant} The work goes on with it.`;
}

function unneeded(session: Session, question: Question): string[] {
  return [
    `### Question ${question.number}: no answer needed any more`,
    whyUnneeded(session, question),
    asked(question),
  ];
}

function whyUnneeded(session: Session, { withdrawnAt, askedAt, budget }: Question): string {
  if (withdrawnAt === undefined)
    return `The work has ended (${displayOf(session).headline.toLowerCase()}), so this question needs no answer.`;
  const renewal = budget ? renewsAt(budget.scope, askedAt) : null;
  return renewal !== null && withdrawnAt < renewal
    ? 'The work was paused. When it goes on, the budget is looked at again.'
    : 'A new day has begun with a budget of its own, and the work goes on.';
}

function asked(question: Question): string {
  const parts = [quoted(shorten(question.text, QUESTION_CHARACTERS_MAX)), ...optionList(question)];
  return details('The question', parts.join('\n\n'));
}

function optionList({ options }: Question, bullet = '- '): string[] {
  if (options.length === 0) return [];
  return [options.map((option, index) => `${bullet}**${letterOf(index)}** · ${inline(option)}`).join('\n')];
}
