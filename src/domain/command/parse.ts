import { closest } from './closest.ts';
import { verbs, type Command, type Verb } from './command.ts';
import { isQuoted } from './own-words.ts';
import { visibleLines } from './visible-lines.ts';

export type ParsedCommand =
  | (Read & {
      /** How many more commands the comment holds; none of them counts. */
      readonly others: number;
      /** Nothing but quotes stands above the command, and no other command in the comment. */
      readonly isAlone: boolean;
    })
  | null;
type Read = { readonly command: Command } | { readonly unknownVerb: string; readonly suggestion: Verb | null };

/** A verb is shown back in the reply to a mistyped one: enough of it to recognize, not enough to fill the reply. */
const VERB_CHARACTERS_MAX = 40;

const names: readonly Verb[] = Object.values(verbs).map(({ verb }) => verb);

/**
 * Finds the command of a comment: `/reeve VERB …` at the start of a line. One comment carries one; of several, a stop counts,
 * else the first. Quoted lines, code and HTML comments are not read, so that nobody commands by citing. Words after a verb
 * that takes none do not matter; a verb that lacks what it needs, or no verb at all, asks for help.
 */
export function parseCommand(comment: string): ParsedCommand {
  const lines = comment.split(/\r\n|\r|\n/);
  const found = visibleLines(lines).flatMap((index) => {
    const match = /^ {0,3}\/reeve(?:[\s]+(.*))?$/i.exec(lines[index] ?? '');
    return match ? [{ index, rest: match[1] ?? '' }] : [];
  });
  const commands = found.map(({ index, rest }, at) => readCommand(rest, lines.slice(index + 1, found[at + 1]?.index)));
  const chosen = commands.find((one) => 'command' in one && one.command.verb === 'stop') ?? commands[0];
  if (chosen === undefined) return null;
  const isFirst = lines.slice(0, found[0]?.index).every((line) => line.trim() === '' || isQuoted(line));
  return { ...chosen, others: commands.length - 1, isAlone: isFirst && commands.length === 1 };
}

function readCommand(rest: string, below: readonly string[]): Read {
  const [typed = '', ...words] = rest.trim().split(/(?<=^\S+)\s+/);
  const name = typed.replace(/[.,:;!?]+$/, '').toLowerCase();
  if (name === '') return { command: { verb: 'help' } };
  const known = names.find((verb) => verb === name);
  switch (known) {
    case undefined:
      return { unknownVerb: typed.slice(0, VERB_CHARACTERS_MAX), suggestion: suggest(name) };
    case 'answer': {
      const text = [words.join(' '), ...below].join('\n').trim();
      return { command: text === '' ? { verb: 'help' } : { verb: 'answer', text } };
    }
    case 'stop':
    case 'retry':
    case 'pause':
    case 'resume':
    case 'status':
    case 'help':
      return { command: { verb: known } };
  }
}

function suggest(name: string): Verb | null {
  const candidate = closest(name, names);
  return names.find((one) => one === candidate) ?? null;
}
