export type ParsedAnswer = {
  /** Which of the options was meant, counted from 0, or null when it is prose alone. */
  readonly option: number | null;
  /** What they wrote, without the lines that they quoted before it. Hostile text. */
  readonly text: string;
  /** Nothing but the choice was written. `a, but first …` is a choice with a condition, and not bare. */
  readonly isBare: boolean;
  /** Nothing but a choice was written, and there is no such option: they should be asked again, not an agent started. */
  readonly isMiss: boolean;
};

/** Whether a reply is a plain yes to the one thing that is offered: `1`, `a`, or its own words. */
export function isPlainYes(reply: string, question: Asked): boolean {
  const { option, isBare } = parseAnswer(reply, question);
  return (isBare && option === 0) || /^[*_`]*\(?1\)?[.!]?[*_`]*$/.test(withoutCall(withoutQuote(reply)));
}

/** Whether a reply is a plain yes or no to a question of leave, which asks "May it?"; null for anything else, and for a condition. */
export function readYesOrNo(reply: string): 'yes' | 'no' | null {
  const [, said] = /^[*_`]*(yes|no)[.!]?[*_`]*$/i.exec(withoutCall(withoutQuote(reply))) ?? [];
  return said === undefined ? null : said.toLowerCase() === 'yes' ? 'yes' : 'no';
}

type Asked = { readonly number: number; readonly options: readonly string[] };

/**
 * Reads a reply to a question: an option's letter (`b`, `B.`, `(b)`, `option b`), with the question's number before it
 * if they like (`1b`), with prose after it if they like, or an option's own words. Anything else is prose, and so is the
 * letter of an option or the number of a question that is not there: nothing is guessed.
 */
export function parseAnswer(reply: string, question: Asked): ParsedAnswer {
  const text = withoutQuote(reply);
  const said = withoutCall(text);
  const spoken = question.options.findIndex((option) => isSame(option, said));
  if (spoken !== -1) return { option: spoken, text, isBare: true, isMiss: false };
  const option = readLetter(said, question);
  const choice = BARE.exec(said);
  return {
    option,
    text,
    isBare: option !== null && choice !== null,
    isMiss: option === null && isMiss(choice, question),
  };
}

/** Without options a letter may be what was asked for (a drive, a grade), and only an earlier question's number is not. */
function isMiss(choice: RegExpExecArray | null, { number, options }: Asked): boolean {
  if (choice === null) return false;
  const asked = choice[1] === undefined ? null : Number(choice[1]);
  return options.length > 0 || (asked !== null && asked > 0 && asked < number);
}

/**
 * Whether a comment that is no command says something that could answer: more than a quote, and not to somebody else.
 * `own` is the account that asks, such as `reeve[bot]`; people call it without the brackets.
 */
export function mayAnswer(comment: string, own: string): boolean {
  const text = withoutQuote(comment);
  if (text === '' || isQuoted(text)) return false;
  const called = mentionAtStart(text);
  return called === null || called.toLowerCase() === own.replace(/\[bot\]$/, '').toLowerCase();
}

/** The account or team that a text begins by calling, without the @; null for none. */
export function mentionAtStart(comment: string): string | null {
  return /^[*_]*@([\p{L}\p{N}_-]+(?:\/[\p{L}\p{N}_.-]+)?)/u.exec(withoutQuote(comment))?.[1] ?? null;
}

/** A letter with its number, its brackets and the word "option", and nothing after it. */
const BARE = /^[*_`]*(?:option\s+)?\(?(?:(\d{1,6})[.\s]?\s*)?[a-z]\)?[.!]?[*_`]*$/i;

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

/** "@reeve b" is a b: whoever called somebody else was not heard as an answer. */
function withoutCall(text: string): string {
  return text.replace(/^@[a-z0-9-]+(?:\[bot\])?[,:]?\s+(?=\S)/i, '');
}

/** Replies by mail and by "Quote reply" begin with what they answer. */
function withoutQuote(reply: string): string {
  const lines = reply.replace(/\r\n?/g, '\n').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !isQuoted(line));
  return (first === -1 ? lines : lines.slice(first)).join('\n').trim();
}

function isSame(option: string, text: string): boolean {
  return plain(option) === plain(text);
}

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').replace(/[.!]$/, '').toLowerCase();

const isQuoted = (line: string): boolean => /^ {0,3}>/.test(line);
