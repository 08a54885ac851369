export type ParsedAnswer = {
  /** Which of the options was meant, counted from 0, or null when it is prose alone. */
  readonly option: number | null;
  /** What they wrote, without the lines that they quoted before it. Hostile text. */
  readonly text: string;
  /** Nothing but the choice was written. `a, but first …` is a choice with a condition, and not bare. */
  readonly isBare: boolean;
};

type Asked = { readonly number: number; readonly options: readonly string[] };

/**
 * Reads a reply to a question: an option's letter (`b`, `B.`, `(b)`, `option b`), with the question's number before it
 * if they like (`1b`), with prose after it if they like, or an option's own words. Anything else is prose, and so is the
 * letter of an option or the number of a question that is not there: nothing is guessed.
 */
export function parseAnswer(reply: string, question: Asked): ParsedAnswer {
  const text = withoutQuote(reply);
  const spoken = question.options.findIndex((option) => isSame(option, text));
  if (spoken !== -1) return { option: spoken, text, isBare: true };
  const option = readLetter(text, question);
  return { option, text, isBare: option !== null && BARE.test(text) };
}

/** A letter with its number, its brackets and the word "option", and nothing after it. */
const BARE = /^[*_`]*(?:option\s+)?\(?(?:\d{1,6}[.\s]?\s*)?[a-z]\)?[.!]?[*_`]*$/i;

function readLetter(text: string, { number, options }: Asked): number | null {
  const line = (text.split('\n', 1)[0] ?? '').replace(/[*_`]/g, '').trim();
  const match = /^(option\s+)?(\()?(?:(\d{1,6})([.\s]?\s*))?([a-z])(\))?(.*)$/iu.exec(line);
  if (!match) return null;
  const [, option, open, asked, gap, letter = '', close, rest = ''] = match;
  if (open !== undefined && close === undefined) return null;
  if (!/^$|^\s|^[.,:;!?](?:\s|$)/.test(rest)) return null; // "e.g.", "C++", "b's": a word begins here
  if (asked !== undefined && Number(asked) !== number) return null;
  const isMarked = close !== undefined || (option !== undefined && !/i/i.test(letter)) || gap === '';
  if (!isMarked && isWord(letter, rest)) return null;
  const index = letter.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0);
  return index < options.length ? index : null;
}

/** "A small fix would do" and "I, for one, …" begin with a word and not with an option. */
function isWord(letter: string, rest: string): boolean {
  if (rest === '' || /^[.:;!]|^\s+[-–—]\s/.test(rest)) return false;
  return /i/i.test(letter) || (/a/i.test(letter) && !rest.startsWith(','));
}

/** Replies by mail and by "Quote reply" begin with what they answer. */
function withoutQuote(reply: string): string {
  const lines = reply.replace(/\r\n?/g, '\n').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !/^ {0,3}>/.test(line));
  return (first === -1 ? lines : lines.slice(first)).join('\n').trim();
}

function isSame(option: string, text: string): boolean {
  return plain(option) === plain(text);
}

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').replace(/[.!]$/, '').toLowerCase();
