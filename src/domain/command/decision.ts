import { parseAnswer, type Asked } from './answer.ts';
import { takeApart } from './own-words.ts';

/**
 * What a reply means to a question of ours that only a plain yes decides. `prose`: something else is to be done first, in
 * these words. `unclear`: it says neither that nor yes nor no, and whoever wrote it should be asked again.
 */
export type Decision = 'yes' | 'no' | 'unclear' | 'prose';

/** What is decided: that finished work goes out, that more is spent, that an agent has leave to do something. */
export type Matter = 'publish' | 'spend' | 'leave';

const PLAIN_CHARACTERS_MAX = 80; // the longest yes with thanks; also keeps the patterns below quick
const SINGLE_WORD_LETTERS_MAX = 15; // longer ones are no word
const IDEOGRAPHS_MAX = 4; // as long as a yes is in a writing without spaces
const QUOTED_LINES_MAX = 5; // mail programs put a line or two of their own above the question

/** The first option is the yes and the second, where there is one, the no. Nothing is a yes that does not say so and only that. */
export function readDecision(reply: string, question: Asked & { readonly text: string }, matter: Matter): Decision {
  const { said, quoted } = takeApart(reply);
  const read = readPlain(said, question, matter);
  const isPlain = read === 'yes' || read === 'no';
  // A yes below somebody else's words is a yes to those.
  return isPlain && quoted.length > 0 && !isOfQuestion(quoted, question) ? 'unclear' : read;
}

function readPlain(said: string, question: Asked, matter: Matter): Decision {
  if (said.length > PLAIN_CHARACTERS_MAX) return 'prose';
  const { option, isBare, isMiss } = parseAnswer(said, question);
  if (isBare) return option === 0 ? 'yes' : 'no';
  if (matter === 'spend' && /^[*_`]*\(?1\)?[.!]?[*_`]*$/.test(said)) return 'yes';
  const begun = begunOption(said, question);
  if (begun !== null) return begun === 0 ? 'yes' : 'no';
  const bare = lower(said.replace(/^(\*\*|__|[*_])(.*)\1$/s, '$2').trim());
  if (affirmative[matter].test(bare)) return 'yes';
  if (negative.test(bare)) return matter === 'publish' ? 'unclear' : 'no'; // stop, or change something first?
  return isMiss || isSingleWord(bare) || acknowledgement.test(bare) ? 'unclear' : 'prose';
}

/** "Publish it" begins "Publish it as it is", and no other option begins so. */
function begunOption(said: string, { options }: Asked): number | null {
  const words = lower(said.replace(/[.!]$/, ''));
  if (!/^[a-z]+(?: [a-z]+)*$/.test(words)) return null;
  const begun = options.flatMap((option, index) =>
    `${lower(option)} `.replace(/[,:]/g, '').startsWith(`${words} `) ? [index] : [],
  );
  return begun.length === 1 ? (begun[0] ?? null) : null;
}

/** One word, sign or smiley tells nobody what is to be changed, in no language. */
function isSingleWord(text: string): boolean {
  const letters = text.replace(/[^\p{L}\p{N}]/gu, '');
  if (/\s/.test(text.trim())) return letters === '';
  const isDense = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}/u.test(text);
  return letters.length <= (isDense ? IDEOGRAPHS_MAX : SINGLE_WORD_LETTERS_MAX);
}

function isOfQuestion(
  quoted: readonly string[],
  { number, text, options }: Asked & { readonly text: string },
): boolean {
  const own = [`Reeve asks: question ${number}`, ...text.split('\n'), ...options]
    .map(bareLine)
    .filter((line) => line !== '');
  const lines = quoted.map(bareLine).filter((line) => line !== '');
  return lines.slice(0, QUOTED_LINES_MAX).some((line) => own.includes(line));
}

/** A line without the marks of a quote, a list, a heading or an option's letter. */
function bareLine(line: string): string {
  const text = line.replace(/^[\s>#*_-]+/, '').replace(/[*_`]/g, '');
  return lower(
    text
      .replace(/^[a-z] · /i, '')
      .replace(/\s+/g, ' ')
      .trim(),
  );
}

/** ASCII letters only, so that no look-alike becomes one of them. */
const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

const YES = [
  ...['yes', 'yep', 'yup', 'yeah', 'y', 'aye', 'affirmative', 'confirmed', 'granted', 'agreed', 'i agree'],
  ...['approved?(?: (?:it|this|that))?', 'i approve(?: (?:it|this|that))?', '(?:it|this|that) is approved'],
  ...['go(?: ahead| for it)?', '(?:please )?do(?: it| so| that)', 'please do', 'please go ahead', 'you may', 'it may'],
  ...[':\\+1:', '\\+1', ':white_check_mark:', '👍[🏻-🏿]?', '✅', '✔️?', '☑️?', '👌[🏻-🏿]?'],
];
/** Said of what one has seen, and of nothing else. */
const SEEN = ['lgtm', '(?:it |this )?looks good(?: to me)?', 'ship it', ':shipit:', 'publish (?:it|this)', 'push it'];
const NO = [
  ...['no', 'nope', 'nah', 'n', 'not approved', 'never', 'no way', 'absolutely not', 'denied', 'deny(?: it)?'],
  ...[
    'reject(?:ed)?(?: it)?',
    'decline(?:d)?(?: it)?',
    "(?:please )?do(?: not|n[’']t)(?: do (?:it|that))?",
    'it may not',
  ],
  ...["i (?:do not|don[’']t) approve(?: (?:it|this|that))?", 'refused?', ':-1:', '-1', '👎[🏻-🏿]?', '❌', '🚫', '⛔'],
];
const COURTESY = [
  'please',
  'thanks?',
  'thanks a lot',
  'thank you',
  'thx',
  'cheers',
  '🙏[🏻-🏿]?',
  '🎉',
  '🚀',
  ':tada:',
  ':rocket:',
];

/** Said by people who have read something, and by no means a leave. */
const acknowledgement =
  /^(?:of course|sounds good|no problem|no worries|not bad|nice (?:one|work)|good (?:job|work)|great (?:job|work)|well done|thank you(?: so much)?|thanks a lot|thanks,? (?:reeve|all)|got it|i see|will do|on it|hm+,? ok|ok,? (?:thanks|great|cool|sure)|all right|fair enough|makes sense|why not|if you (?:must|say so)|yeah,? right|yeah,? (?:yeah|sure)|sure,? sure|oh,? sure|maybe later|not sure|not now|not yet|let me (?:see|think|look)|one moment|looking(?: into it| at it)?)[.!…]*$/;

/** For text in lower case: with the flag `i` beside `u`, a letter that only looks like `s` or `k` would be one. */
function phrases(list: readonly string[]): RegExp {
  const next = [...list, ...COURTESY].join('|');
  // The same word twice is no plainer than once: "yes yes yes" and "no no" are moods.
  return new RegExp(
    `^(?!(\\w+)\\W+\\1\\b)(?:${list.join('|')})(?:(?:(?:[,;.]|!{1,3})?\\s+(?:[-–—]\\s+)?)(?:${next})){0,3}(?:\\.|!{1,3})?$`,
    'u',
  );
}

const affirmative: Readonly<Record<Matter, RegExp>> = {
  publish: phrases([...YES, ...SEEN]),
  spend: phrases(YES),
  leave: phrases(YES),
};
const negative = phrases(NO);
