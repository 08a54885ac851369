import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

const issues = [{ title: 'Paint the boat', body: 'I am unsure about the colour.' }];

test('what cannot be an answer starts no run, and a choice that is not there gets one helpful reply', async () => {
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure', issues });
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:waiting');
  await reeve.until(() => reeve.questions(1).length > 0, 'the question');

  await reeve.ada.comments(1, '> Which colour should it be?');
  await reeve.ada.comments(1, '@max which colour would you take?');
  await reeve.ada.comments(1, '2b');
  await reeve.until(() => reeve.replies(1).length > 0, 'the reply');
  await reeve.calm();
  expect(reeve.replies(1).map(({ body }) => body)).toEqual([
    '`ada`, question 1 has no such option, so nothing was changed and it is still open. Reply with `a` or `b`, or in a sentence of your own.',
  ]);
  expect(await reeve.verify()).toMatchObject({ sessions: [{ runs: 1, state: 'waiting' }] });

  await reeve.ada.comments(1, '@reeve b');
  await reeve.untilLabel(1, 'reeve:review');
  expect(reeve.questions(1)[0]?.body).toContain('Taken as **b**: blue.');
});

test('of several commands in one comment a stop counts, and the person is told', async () => {
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure', issues });
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:waiting');
  await reeve.ada.comments(1, '/reeve answer b\n/reeve status\n/reeve stop');
  await reeve.until(() => reeve.card(1).includes('### Reeve · Stopped'), 'the card that says stopped');
  await reeve.until(() => reeve.replies(1).length > 0, 'the reply');
  expect(reeve.replies(1).map(({ body }) => body)).toEqual([
    '`ada`, one comment carries one command. Of yours `/reeve stop` was read, and nothing else; write a comment for each of the others.',
  ]);
});
