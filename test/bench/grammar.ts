import { figure, type Figure } from '../figures.ts';
import { meaningOf, questions, readPhrasings, type Phrasing } from '../phrasings.ts';
import { rounded } from './numbers.ts';

const COMMENTS = 1_000_000;
const SEED = 20_261_120;
const PIECES_MAX = 5;
const THOUSAND = 1_000;

/**
 * A million comments that are put together by chance: phrasings of the labelled set, pieces of them, spoilers, quotes, code,
 * commands and noise, under all questions in turn. None may throw. One that is read as an approval must consist of words that
 * approve (a list of its own, below); one that is read as a command must have a line that begins as one. Beside that the
 * labelled set itself: nothing else read as an approval, no clear answer read as something else.
 */
export function benchGrammar(): readonly Figure[] {
  const labelled = readPhrasings();
  const read = labelled.map(({ says, means, asked }) => ({ means, read: meaningOf(says, asked) }));
  let wrong = read.filter((one) => one.read === 'approve' && one.means !== 'approve').length;
  const missed = read.filter((one) => isClear(one.means) && one.read !== one.means).length;
  const seen = { throws: 0, commands: 0, approvals: 0, falseCommands: 0 };
  const comments = randomComments(labelled);
  const asked = Object.keys(questions) as (keyof typeof questions)[];
  let spentMs = 0;
  for (let nth = 0; nth < COMMENTS; nth += 1) {
    const comment = comments();
    const startedAt = performance.now();
    const meaning = meaningOrNull(comment, asked[nth % asked.length] ?? 'open');
    spentMs += performance.now() - startedAt;
    if (meaning === null) seen.throws += 1;
    if (meaning?.includes('command')) {
      seen.commands += 1;
      if (!/^ {0,3}\/reeve(?:\s|$)/im.test(comment)) seen.falseCommands += 1;
    }
    if (meaning === 'approve') {
      seen.approvals += 1;
      if (!mayApprove(comment)) wrong += 1;
    }
  }
  return [
    figure('grammar.falseApprovals', wrong, { atMost: 0 }),
    figure('grammar.missed', missed, { atMost: 0 }),
    figure('grammar.falseCommands', seen.falseCommands, { atMost: 0 }),
    figure('grammar.throws', seen.throws, { atMost: 0 }),
    figure('grammar.labelled', labelled.length, { atLeast: 300 }),
    figure('grammar.approvals', seen.approvals, null, 'of the random ones'),
    figure('grammar.commands', seen.commands, null, 'of the random ones'),
    figure('grammar.perSecond', Math.round(COMMENTS / (spentMs / THOUSAND)), null, 'comments/s'),
    figure('grammar.usPerComment', rounded((spentMs * THOUSAND) / COMMENTS), null, 'µs'),
  ];
}

const isClear = (means: string): boolean => /^(?:approve|decline|option .|command \w+)$/.test(means);

function meaningOrNull(comment: string, asked: keyof typeof questions): string | null {
  try {
    return meaningOf(comment, asked);
  } catch {
    return null;
  }
}

/** Every word that an approval may consist of: a list of its own, so that the grammar is not judged by itself. */
const APPROVING = new Set(
  `yes yep yup yeah y aye affirmative confirmed granted agreed i agree approved approve it this that is go ahead for do so
  please you may lgtm looks good to me ship shipit publish push thanks thank a lot thx cheers tada rocket white_check_mark as
  add the same again more allow session option reeve bot answer 1 2 2a 3a 5 00`.split(/\s+/),
);

function mayApprove(comment: string): boolean {
  const own = comment
    .replace(/\r\n?/g, '\n')
    .replace(/^On .*\d[^]*? wrote:$/gm, '')
    .replace(/^(?:Sent from my|Get Outlook for) .*$/gm, '')
    .trimEnd()
    .replace(/\n-- \n(?:.*\n?){0,5}$/, '') // a signature
    .replace(/^ {0,3}>.*$/gm, '')
    .replace(/👍|✅|✔|☑|👌|🙏|🎉|🚀|[\u{1F3FB}-\u{1F3FF}]|\u{FE0F}/gu, '');
  const words = own.toLowerCase().match(/[^\s.,;:!()*_`@/$[\]+–—-]+/gu) ?? [];
  return words.every((word) => APPROVING.has(word));
}

const SPOILERS = [
  ...[
    '?',
    ' but',
    ' not',
    ' if CI passes',
    ', and rename it',
    ' …',
    '...',
    ' never',
    ' - not',
    ' no',
    ' nope',
    ' / no',
    ' 🙄',
    ' 👎',
  ],
  ...[
    '\nbut wait',
    '\n\nActually, no.',
    '\n> and this?\nno',
    '\u200b',
    '\u0430',
    ' <!-- no -->',
    '~~',
    '"',
    ' unless',
    ' once',
  ],
];
const BEFORE = [
  'not ',
  'Not ',
  "don't ",
  'no, ',
  'if ',
  'never ',
  'say ',
  '"',
  '~~',
  '\u200b',
  '@tom ',
  '> ',
  '    ',
  'un',
  '- ',
  '# ',
];
const NOISE = [
  ...[
    '```\n',
    '\n```\n',
    '~~~',
    '`',
    '``',
    '<!--',
    '-->',
    '<pre>',
    '</pre>',
    '<blockquote>',
    '\n',
    '\n\n',
    '\r\n',
    '> ',
    '- ',
    '1. ',
  ],
  ...[
    '/reeve ',
    '/reeve stop',
    '\n/reeve stop\n',
    '\n/reeve answer ',
    '\n/reeve retry',
    'b',
    '1b ',
    ' 2: ',
    '(a)',
    '**',
    '🅱️',
    '@reeve ',
  ],
  ...[
    'On Fri, 20 Nov 2026, Tom wrote:\n> ',
    '-- \n',
    'Sent from my iPhone',
    '\u202e',
    '\ud83d',
    '\u0000',
    'ſ',
    'K',
    'İ',
    '�',
    '9'.repeat(400),
  ],
];

/** Mulberry32 (a public-domain generator): the same comments on every machine. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function randomComments(labelled: readonly Phrasing[]): () => string {
  const random = generator(SEED);
  const below = (bound: number): number => Math.floor(random() * bound);
  const one = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const all = labelled.map(({ says }) => says);
  const clear = labelled.filter(({ means }) => means === 'approve').map(({ says }) => says);
  const character = (): string => String.fromCodePoint(below(2) === 0 ? 32 + below(96) : below(0x11_0000));
  const slice = (text: string): string => text.slice(below(text.length + 1), below(text.length + 1));
  const makers: readonly (() => string)[] = [
    () => one(clear) + one(SPOILERS),
    () => one(BEFORE) + one(clear),
    () => one(clear) + one([' ', ', ', '. ', '\n', '\n\n', ' - ']) + one(all),
    () => one(all) + one(NOISE) + one(all),
    () => one(all).replace(/./su, () => character()),
    () => slice(one(all)) + one(NOISE) + slice(one(all)),
    () => Array.from({ length: 1 + below(PIECES_MAX) }, () => one(NOISE)).join(one(['', ' ', '\n'])),
    () => Array.from({ length: below(40) }, character).join(''),
  ];
  return () => (makers[below(makers.length)] ?? character)();
}
