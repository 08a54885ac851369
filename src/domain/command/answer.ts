import { isQuoted, withoutCall, withoutQuote } from './own-words.ts';

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

export type Asked = { readonly number: number; readonly options: readonly string[] };

/**
 * Reads a reply to a question: an option's letter (`b`, `B.`, `(b)`, `option b`), with the question's number before it
 * if they like (`1b`), with prose after it if they like, or an option's own words. Of a reply to several questions
 * (`1b 2: text`) only what is for this one counts. Anything else is prose, and so is the letter of an option or the number
 * of a question that is not there, and a letter that is doubted or denied (`b?`, `b or c`, `b is wrong`): nothing is guessed.
 */
export function parseAnswer(reply: string, question: Asked): ParsedAnswer {
  const text = withoutQuote(reply);
  const whole = withoutCall(text);
  const said = partFor(whole, question);
  if (said === null) return { option: null, text, isBare: false, isMiss: true };
  const spoken = question.options.findIndex((option) => isSame(option, said));
  if (spoken !== -1) return { option: spoken, text, isBare: said === whole, isMiss: false };
  const option = readLetter(said, question);
  const choice = BARE.exec(said);
  return {
    option,
    text,
    isBare: option !== null && choice !== null && said === whole,
    isMiss: option === null && isMiss(choice, question),
  };
}

/**
 * The part that is for this question, of a reply to several: `1b 2: as before 3a`. Null when none is. A list of Markdown
 * (`1. …`, `2) …`) is one answer.
 */
function partFor(said: string, { number }: Asked): string | null {
  const parts = [...said.matchAll(/(?<=^|[\s,;])(\d{1,6})(?:[a-z](?![a-z0-9'’])|:(?=\s))/gi)];
  const numbers = parts.map(([, digits]) => Number(digits));
  const isRising = numbers.every((one, at) => at === 0 || one > (numbers[at - 1] ?? 0));
  if (parts.length < 2 || parts[0]?.index !== 0 || !isRising) return said;
  const at = numbers.indexOf(number);
  if (at === -1) return null;
  const part = said.slice(parts[at]?.index, parts[at + 1]?.index).trim();
  return part
    .replace(/^\d+:\s+/, '')
    .replace(/[,;]$/, '')
    .trim();
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
  const match = /^(option\s+)?(\()?(?:(\d{1,6})([.\s]?\s*))?([a-z])(\))?(.*)$/i.exec(line);
  if (!match) return null;
  const [, option, open, asked, gap, letter = '', close, rest = ''] = match;
  if (open !== undefined && close === undefined) return null;
  if (!/^$|^\s|^[.,:;!](?:\s|$)/.test(rest)) return null; // "e.g.", "C++", "b's": a word begins here; "b?" asks
  if (isDoubted(rest)) return null;
  if (asked !== undefined && Number(asked) !== number) return null;
  const isMarked = close !== undefined || (option !== undefined && !/i/i.test(letter)) || gap === '';
  if (!isMarked && isWord(letter, rest)) return null;
  const index = letter.toLowerCase().charCodeAt(0) - 'a'.charCodeAt(0);
  return index < options.length ? index : null;
}

/**
 * Whether what follows a letter takes it back ("b is wrong", "b, no, wait"), names another one as well ("b or c"), or is the
 * rest of a sentence that says who knows what of it. The agent reads those words in any case.
 */
function isDoubted(rest: string): boolean {
  const words = rest.replace(/^[\s.,:;!–—-]+/, '');
  if (words === '') return false;
  if (/^(?:no|nope|never|wait|not(?! [a-z]\b)|or|nor|vs|versus)\b/i.test(words)) return true;
  if (/^(?:(?:and|&|\+|or|then)\s+)?(?:option\s+)?\(?(?:\d{1,6})?[b-hj-z]\)?(?:[\s.,;!?]|$)/i.test(words)) return true; // "b, c"
  if (/^(?:and|&|\+|or)\s+a(?:[\s.,;!?]*$)/i.test(words)) return true;
  return /^\s+[^\s–—-]/.test(rest) && !ASSENT.test(words);
}

/** What people say straight after the letter that they choose. */
const ASSENT =
  /^(?:please|pls|because|since|but|though|with|thanks?|thank you|for (?:now|me|us)|it is|then|too|(?:is|looks|sounds|seems|works|would be) (?:the |my )?(?:fine|good|great|ok|okay|best|better|right|perfect|preferred|choice|favou?rite)|works|fine|and (?![a-z]\b))/i;

/** "A small fix would do" and "I, for one, …" begin with a word and not with an option. */
function isWord(letter: string, rest: string): boolean {
  if (rest === '' || /^[.:;!]|^\s+[-–—]\s/.test(rest)) return false;
  if (/^\s+(?:because|since|please|thanks)\b/i.test(rest)) return false;
  return /i/i.test(letter) || (/a/i.test(letter) && !rest.startsWith(','));
}

function isSame(option: string, text: string): boolean {
  return plain(option) === plain(text);
}

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').replace(/[.!]$/, '').toLowerCase();
