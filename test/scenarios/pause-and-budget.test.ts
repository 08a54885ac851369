import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('work is paused and resumed where it was; the next run is asked for when the budget is used up', async () => {
  const settings = { REEVE_BUDGET_SESSION_RUNS: '1' };
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign', slots: 1, settings });
  const { ada, until } = reeve;
  await ada.labels(1);
  await reeve.untilAtWork(1);

  await ada.comments(1, '/reeve pause');
  await reeve.untilLabel(1, 'reeve:waiting');
  expect(reeve.card(1)).toContain('### Reeve · Paused');
  expect(reeve.processes()).toEqual([]);
  expect(reeve.workspaces()).toHaveLength(1);
  await ada.labels(2); // the only slot is free meanwhile
  await reeve.untilAtWork(2);
  await ada.comments(2, '/reeve stop');
  await reeve.untilLabel(2, null);

  await ada.comments(1, '/reeve resume');
  await until(() => reeve.questions(1).length === 1, 'the question about the budget');
  await until(() => reeve.card(1).includes('Waiting for more budget'), 'the card to say so');
  expect(reeve.card(1)).toContain('1 run of 1 run');
  await reeve.as('rita').comments(1, '1'); // may not write
  await ada.comments(1, 'What does a run cost us?');
  await ada.comments(1, '1');
  await reeve.untilAtWork(1);
  reeve.giveSign();
  await reeve.untilLabel(1, 'reeve:review');
  const sessions = (await reeve.verify()).sessions.filter(({ issue }) => issue === 1);
  expect(sessions).toMatchObject([{ state: 'reviewing', runs: 2, questions: 1 }]);
  expect(reeve.questions(1)[0]?.body).toContain('Answered by `ada`');
});
