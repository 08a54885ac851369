import { verbs } from '../../domain/command/command.ts';
import type { Reply } from '../../domain/effect/effect.ts';
import { displayOf, READY_LABEL } from '../../domain/session/display.ts';
import { openQuestion, type Session } from '../../domain/session/session.ts';
import { duration, instant } from '../duration.ts';
import { code, inline, shorten } from '../markdown.ts';
import { letterOf } from '../options.ts';
import { runsMs } from '../run-time.ts';
import { spendText } from '../spend.ts';
import { COMMAND_PREFIX, sensibleVerbs } from '../verbs.ts';

const VERB_CHARACTERS_MAX = 40; // a mistyped word, not a mistyped essay

/** The answer to what one person said, given once. `session` is the latest of the issue, when it has one. Markdown. */
export function replyComment(reply: Reply, session: Session | null): string {
  const to = code(reply.to.login);
  switch (reply.topic) {
    case 'not-permitted':
      return `Thank you, ${to}. Starting or steering work here needs write access to this repository, so nothing was changed. Somebody who has it can ask for the same. This is said once only; further requests are passed over quietly.`;
    case 'unknown-verb':
      return [
        `${to}, \`${COMMAND_PREFIX}\` has no command ${code(shorten(reply.verb, VERB_CHARACTERS_MAX))}, so nothing was changed.${suggested(reply.suggestion)} These are the commands:`,
        helpTable(),
      ].join('\n\n');
    case 'unknown-agent':
      return `${to}, there is no agent ${code(shorten(reply.name, VERB_CHARACTERS_MAX))} on this server, so the work is for whoever would have done it without that label. There ${reply.known.length === 1 ? 'is' : 'are'} ${reply.known.map((name) => code(name)).join(', ')}.`;
    case 'help':
      return [
        `${to}, these are the commands. One comment carries one command, at the start of a line.`,
        helpTable(),
      ].join('\n\n');
    case 'status':
      return session ? statusText(session) : `There has been no work on this issue yet. ${HOW_TO_START}`;
    case 'no-such-option':
      return `${to}, question ${reply.number} has no such option, so nothing was changed and it is still open. ${choices(reply)}`;
    case 'one-command':
      return `${to}, one comment carries one command. Of yours ${code(`${COMMAND_PREFIX} ${reply.verb}`)} was read, and nothing else; write a comment for each of the others.`;
    case 'label-not-now':
      return `${to}, the label \`${READY_LABEL}\` changed nothing. ${ended(inline(reply.why))} ${whatWorks(session)}`;
    case 'not-now':
      return `${to}, ${code(`${COMMAND_PREFIX} ${shorten(reply.verb, VERB_CHARACTERS_MAX)}`)} changed nothing. ${ended(inline(reply.why))} ${whatWorks(session)}`;
  }
}

const HOW_TO_START = `The label \`${READY_LABEL}\`, set by somebody with write access, starts it.`;

function choices({ options }: { readonly options: number }): string {
  if (options === 0) return 'Reply with a sentence of your own.';
  const letters = Array.from({ length: options }, (_, index) => `\`${letterOf(index)}\``);
  return `Reply with ${letters.join(', ').replace(/, (?=[^,]*$)/, ' or ')}, or in a sentence of your own.`;
}

function suggested(suggestion: string | null): string {
  return suggestion === null
    ? ''
    : ` Was ${code(`${COMMAND_PREFIX} ${shorten(suggestion, VERB_CHARACTERS_MAX)}`)} meant?`;
}

function helpTable(): string {
  const told = Object.values(verbs)
    .filter(({ needs }) => needs === 'triage')
    .map(({ usage }) => `\`${COMMAND_PREFIX} ${usage}\``)
    .join(' and ');
  return [
    '| Command | What it does |',
    '| --- | --- |',
    ...Object.values(verbs).map(({ usage, tells }) => `| \`${COMMAND_PREFIX} ${usage}\` | ${tells} |`),
    '',
    `${HOW_TO_START} Only people with write access can start or steer work; ${told} answer people with the triage role too.`,
  ].join('\n');
}

function statusText(session: Session): string {
  const spend = spendText(session.spend);
  const question = openQuestion(session);
  const finished = session.runs.filter(({ end }) => end !== null);
  const sentences = [
    `**${displayOf(session).headline}** since ${instant(since(session))}.`,
    session.runs.length === 0
      ? 'No run has started yet.'
      : `Run ${session.runs.length} on branch ${code(session.branch)}.`,
    ...(session.pull ? [`The pull request is #${session.pull.number}.`] : []),
    ...(question ? [`Question ${question.number} is open.`] : []),
    ...(session.state === 'working' && session.progress ? [`The agent says: ${ended(inline(session.progress))}`] : []),
    ...(finished.length > 0
      ? [`Finished runs took ${duration(runsMs(finished, session.changedAt))}${spend ? ` and ${spend}` : ''}.`]
      : []),
    `The session is ${code(session.id)}.`,
  ];
  return sentences.join(' ');
}

/** When the state began: an agent that says what it is doing changes the session without changing its state. */
function since(session: Session): number {
  const isRunning = session.state === 'working' || session.state === 'preparing';
  return (isRunning ? session.runs.at(-1)?.startedAt : undefined) ?? session.changedAt;
}

function whatWorks(session: Session | null): string {
  if (!session) return HOW_TO_START;
  const commands = sensibleVerbs(session).map((verb) => `\`${COMMAND_PREFIX} ${verbs[verb].usage}\``);
  return `What works now: ${commands.join(', ')}.`;
}

/** With a full stop, unless it ends a sentence already. */
function ended(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
