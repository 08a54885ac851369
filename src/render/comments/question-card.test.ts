import { expect, it } from 'vitest';
import { answered, asked, finished, granted, held, launched, mona, story } from '../../../test/sessions.ts';
import type { Session } from '../../domain/session/session.ts';
import { questionCard } from './question-card.ts';

const card = (session: Session, number = 1): string => questionCard(session, session.questions[number - 1]!);
const question = asked('Totals differ by a cent.\n\nWhich rounding should `total()` use? cc @boss', [
  'Half up',
  'Half even',
]);

it('a question for leave says that words allow nothing', () => {
  const permissions = [{ tool: 'shell', subject: 'npm publish' }] as const;
  const wish = { ...asked('May it?', ['Allow it for this session', 'Do not allow it']) };
  const session = story(granted, launched(), { ...wish, question: { ...wish.question, permissions } });
  expect(questionCard(session, session.questions[0]!)).toContain(
    'or tell the agent in a sentence what to do instead (which allows nothing)',
  );
});

it('open, with options', () => {
  expect(card(story(granted, launched(), question))).toMatchInlineSnapshot(`
    "### Reeve asks: question 1

    > Totals differ by a cent.
    >
    > Which rounding should \`total()\` use? cc @​boss

    - [ ] **a** · Half up
    - [ ] **b** · Half even

    Tick one, or reply with a letter such as \`b\`, or answer in a sentence of your own, or use \`/reeve answer …\`. A reply here by anyone with write access to this repository counts as the answer, unless it only quotes or begins with a mention of somebody else. The work waits for it and then goes on where it stopped."
  `);
});

it('open, without options', () => {
  expect(card(story(granted, launched(), asked('What is the expected total?')))).toMatchInlineSnapshot(`
    "### Reeve asks: question 1

    > What is the expected total?

    Reply with a sentence of your own, or with \`/reeve answer …\`. A reply here by anyone with write access to this repository counts as the answer, unless it only quotes or begins with a mention of somebody else. The work waits for it and then goes on where it stopped."
  `);
});

it('the second question may be answered with its number', () => {
  const session = story(
    granted,
    launched(),
    question,
    answered('b', 1),
    granted,
    launched(2),
    asked('And?', ['x', 'y'], 2),
  );
  expect(card(session, 2)).toContain('reply with a letter such as `b` or `2b`, or answer in a sentence of your own');
});

it('asks for eyes on finished work', () => {
  expect(card(story(granted, launched(), finished('Done.'), held(['`data.bin` is 9 MB'])))).toMatchInlineSnapshot(`
    "### Reeve asks: question 1

    > The work is finished, and something in it should be seen by a person before it is pushed:
    >
    > - \`data.bin\` is 9 MB
    >
    > It is all in commit a1b2c3d4e5f6, which waits on the server.

    - [ ] **a** · Publish it as it is
    - [ ] **b** · Stop, and publish nothing

    Tick one, or reply with a letter such as \`b\`, with \`yes\` for **a**, or say in a sentence what should be changed first, or use \`/reeve answer …\`. A reply here by anyone with write access to this repository counts as the answer, unless it only quotes or begins with a mention of somebody else. The work waits for it and then goes on where it stopped."
  `);
});

it('answered with a letter: quotes the answer and says how it was taken', () => {
  expect(card(story(granted, launched(), question, answered('b', 1)))).toMatchInlineSnapshot(`
    "### Question 1: answered

    Answered by \`mona\`:

    > b

    Taken as **b**: Half even. The work goes on with it.

    <details>
    <summary>The question</summary>

    > Totals differ by a cent.
    >
    > Which rounding should \`total()\` use? cc @​boss

    - **a** · Half up
    - **b** · Half even

    </details>"
  `);
});

it('answered in words', () => {
  const text = card(story(granted, launched(), question, answered('Neither.\nAsk @accounting first.', null)));
  expect(text).toContain(
    '> Neither.\n> Ask @\u200baccounting first.\n\nTaken in these words. The work goes on with it.',
  );
});

it('void once the work has ended', () => {
  const session = story(granted, launched(), question, { kind: 'stop-requested', by: mona });
  expect(card(session)).toMatchInlineSnapshot(`
    "### Question 1: no answer needed any more

    The work has ended (stopped), so this question needs no answer.

    <details>
    <summary>The question</summary>

    > Totals differ by a cent.
    >
    > Which rounding should \`total()\` use? cc @​boss

    - **a** · Half up
    - **b** · Half even

    </details>"
  `);
});

it('about a budget, and withdrawn when a new day began', () => {
  const crossing = {
    scope: 'server-day',
    measure: 'costMicroUsd',
    ...{ used: 5e6, limit: 5e6, step: 5e6, reckonedMicroUsd: 0 },
  } as const;
  const session = story({ kind: 'budget-crossed', crossing });
  expect(card(session)).toMatchInlineSnapshot(`
    "### Reeve asks: question 1

    The budget for the whole server today (UTC) is used up: $5.00 of $5.00 spent or reserved. What was done so far is kept. When the next day begins (00:00 UTC) the work goes on by itself.

    An operator of this server can decide it, with \`reeve answer 5-7-1 1\`: **Add the same again: \\$5.00 more**. \`/reeve stop\` ends the work."
  `);
  const question = { ...session.questions[0]!, withdrawnAt: session.changedAt + 86_400_000 };
  expect(questionCard({ ...session, state: 'queued', questions: [question] }, question)).toContain(
    'A new day has begun with a budget of its own, and the work goes on.',
  );
  const paused = story({ kind: 'budget-crossed', crossing }, { kind: 'pause-requested', by: session.requestedBy });
  expect(questionCard(paused, paused.questions[0]!)).toContain('The work was paused.');
});

it('a question with an empty list of what to allow asks for no leave', () => {
  const plain = story(granted, launched(), question);
  const [one] = plain.questions;
  const answer = { text: 'Neither', option: null, by: mona, at: 1 };
  expect(questionCard(plain, { ...one!, permissions: [] })).toBe(questionCard(plain, one!));
  expect(questionCard(plain, { ...one!, permissions: [], answer })).toContain('Taken in these words. The work');
});
