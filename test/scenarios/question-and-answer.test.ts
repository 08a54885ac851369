import { expect, test } from 'vitest';

import { startReeve, type Reeve } from '../reeve.ts';

const issues = [
  { title: 'Paint the boat', body: 'I am unsure about the colour.' },
  { title: 'Say goodbye', body: 'The farewell is missing.' },
];
const unsure = { agent: 'agent-that-asks-when-unsure', issues };

const ask = async (reeve: Reeve, issue = 1): Promise<void> => {
  await reeve.ada.labels(issue);
  await reeve.untilLabel(issue, 'reeve:waiting');
  await reeve.until(() => reeve.questions(issue).length > 0, 'the question');
};

test('one question, one answer, and the same work goes on; meanwhile the only slot serves another issue', async () => {
  const reeve = await startReeve({ ...unsure, slots: 1 });
  await ask(reeve);
  const [question] = reeve.questions(1);
  expect(question?.body).toContain('> Which colour should it be?');
  expect(question?.body).toContain('- [ ] **a** · red\n- [ ] **b** · blue');
  expect(reeve.card(1)).toContain('### Reeve · Waiting for an answer');
  expect(reeve.processes()).toEqual([]);
  const waiting = reeve.workspaces();
  expect(waiting).toHaveLength(1);

  await reeve.ada.labels(2);
  await reeve.untilLabel(2, 'reeve:review');
  expect(reeve.labels(1)).toEqual(['reeve:waiting']);

  await reeve.ada.comments(1, 'b');
  const pull = await reeve.until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');
  expect(reeve.workspaces()).toEqual(expect.arrayContaining(waiting));
  const seen = (path: string): string => reeve.git('show', `${pull.head.ref}:${path}`);
  expect(seen('work-1.txt')).toBe(seen('draft-1.txt')); // the same conversation in the same place
  expect(seen('prompt-1.txt')).toContain('who may decide this, answered, meaning option b:');
  expect(pull.body).toContain('`ada`: **b**, blue');

  expect(reeve.questions(1)).toEqual([
    {
      ...question,
      body: expect.stringContaining('### Question 1: answered\n\nAnswered by `ada`:\n\n> b\n\nTaken as **b**: blue.'),
    },
  ]);
  const { sessions } = await reeve.verify();
  expect(sessions.find(({ issue }) => issue === 1)).toMatchObject({ runs: 2, questions: 1, state: 'reviewing' });
  expect(reeve.thread(1).comments.map(({ author, reactions }) => [author, reactions])).toEqual([
    ['reeve[bot]', []],
    ['reeve[bot]', []],
    ['ada', ['rocket']],
  ]);
});

const replies = [
  ['1b', 'Taken as **b**: blue.'], // with the number of the question
  ['Red', 'Taken as **a**: red.'], // an option's own words
  ['Neither: make it green, please.', 'Taken in these words.'],
  ['/reeve answer b, but a dark one', 'Taken as **b**: blue.'],
] as const;

test('people answer in many ways, and every answer is quoted back with what it was taken for', async () => {
  const reeve = await startReeve({ agent: unsure.agent, issues: replies.map(() => issues[0]!), slots: 4 });
  for (const [index, [reply, taken]] of replies.entries()) {
    const issue = index + 1;
    await ask(reeve, issue);
    await reeve.as('max').comments(issue, reply);
    const words = reply.replace('/reeve answer ', '');
    await reeve.until(
      () => reeve.questions(issue)[0]?.body.includes(`> ${words}\n\n${taken}`),
      `"${words}" to be quoted back`,
    );
    await reeve.untilLabel(issue, 'reeve:review');
    const pull = await reeve.until(() => reeve.pull(issue), 'the pull request');
    expect(reeve.git('show', `${pull.head.ref}:prompt-${issue}.txt`)).toContain(words);
    expect(reeve.questions(issue)).toHaveLength(1);
  }
});

test('who may not answer changes nothing: an outsider, a bot, an edited comment', async () => {
  const reeve = await startReeve(unsure);
  const early = await reeve.ada.comments(1, 'I would like this.');
  await ask(reeve);
  await reeve.as('mallory').comments(1, 'b');
  await reeve.as('tom').comments(1, '1b');
  await (await reeve.bot('tide-ci')).comments(1, 'a');
  await reeve.ada.edits(early, 'b');
  await reeve.calm();
  expect(reeve.labels(1)).toEqual(['reeve:waiting']);
  expect(await reeve.verify()).toMatchObject({ sessions: [{ runs: 1, state: 'waiting' }] });
  expect(reeve.replies(1)).toEqual([]);

  await reeve.ada.comments(1, 'a');
  await reeve.untilLabel(1, 'reeve:review');
  await reeve.until(() => reeve.questions(1)[0]?.body.includes('Taken as **a**: red.'), 'the answer that counts');
});
