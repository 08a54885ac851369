import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { mayAnswer, mentionAtStart, parseAnswer } from '../src/domain/command/answer.ts';
import { readDecision } from '../src/domain/command/decision.ts';
import { parseCommand } from '../src/domain/command/parse.ts';

/** What a comment asks of us: `command stop`, `unknown command`, `approve`, `decline`, `unclear`, `option b`, `miss`, `prose`, `not for us`. */
export type Meaning = string;
export type Phrasing = { readonly says: string; readonly means: Meaning; readonly asked: AskedAs };
type AskedAs = keyof typeof questions;

/** The questions under which people wrote the phrasings: three of ours, and three of an agent. */
export const questions = {
  publish: {
    number: 2,
    text: 'The work is finished, and something in it should be seen by a person before it is pushed:\n\n- `logo.bin` is 30 MB\n\nIt is all in commit a1b2c3d4e5f6, which waits on the server.',
    options: ['Publish it as it is', 'Stop, and publish nothing'],
  },
  spend: {
    number: 3,
    text: 'The budget for this work is used up: $5.00 of $5.00 spent or reserved. What was done so far is kept.',
    options: ['Add the same again: $5.00 more'],
  },
  leave: {
    number: 2,
    text: 'The agent asks for leave to run this command:\n\nrm -rf build\n\nMay it?',
    options: ['Allow it for this session', 'Do not allow it'],
  },
  choice: {
    number: 1,
    text: 'Which rounding should `total()` use?',
    options: ['Half up', 'Half even', 'Truncate', 'Leave it to the caller'],
  },
  second: { number: 2, text: 'What should the old name do?', options: ['Keep it', 'Remove it'] },
  open: { number: 1, text: 'What is the expected total?', options: [] },
} as const;

/** What the grammar makes of a comment while this question is open, in the order in which `hearComment` asks. */
export function meaningOf(says: string, asked: AskedAs): Meaning {
  const question = questions[asked];
  const parsed = parseCommand(says);
  if (parsed !== null && 'unknownVerb' in parsed) return 'unknown command';
  const command = parsed?.command ?? null;
  if (command !== null && command.verb !== 'answer') return `command ${command.verb}`;
  const text = command === null ? says : command.text;
  if (parsed === null && !mayAnswer(text, 'reeve[bot]')) return 'not for us';
  if (asked === 'publish' || asked === 'spend' || asked === 'leave') {
    const decision = readDecision(text, question, asked);
    const isAlone = parsed === null || (parsed.isAlone && mentionAtStart(text) === null);
    if (!isAlone && decision !== 'prose') return 'unclear';
    return { yes: 'approve', no: 'decline', unclear: 'unclear', prose: 'prose' }[decision];
  }
  const { option, isMiss } = parseAnswer(text, question);
  if (isMiss) return 'miss';
  return option === null ? 'prose' : `option ${'abcdefghij'.charAt(option)}`;
}

const FOLDER = 'fixtures/phrasings';

/** The labelled set. Each file says under which questions its phrasings were written: meaning → phrasings. */
export function readPhrasings(): readonly Phrasing[] {
  return readdirSync(FOLDER).flatMap((name) => {
    const { asked, ...file } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as PhrasingFile;
    return asked.flatMap((one) =>
      Object.entries(file.means).flatMap(([means, all]) => all.map((says) => ({ says, means, asked: one }))),
    );
  });
}

type PhrasingFile = {
  readonly asked: readonly AskedAs[];
  readonly means: Readonly<Record<Meaning, readonly string[]>>;
};
