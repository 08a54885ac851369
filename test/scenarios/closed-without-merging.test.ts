import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('a pull request closed without merging ends the work, and says so', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  await reeve.ada.labels(1);
  await reeve.untilLabel(1, 'reeve:review');
  const pull = await reeve.until(() => reeve.pull(1), 'the pull request');
  await reeve.ada.closesPull(pull.number);
  await reeve.untilLabel(1, null);
  await reeve.until(() => reeve.card(1).includes('### Reeve · Closed without merging'), 'the card that says so');
  expect(reeve.card(1)).toContain(`#${pull.number} was closed by \`ada\` without being merged`);
  expect(reeve.thread(1).state).toBe('open');
  await reeve.until(
    async () => (await reeve.checkRuns(pull.head.sha)).some(({ conclusion }) => conclusion === 'cancelled'),
    'the check run that says so',
  );
  await reeve.until(() => reeve.workspaces().length === 0, 'the workspace to go');
  expect(await reeve.verify()).toMatchObject({ holds: true, sessions: [{ state: 'stopped' }] });
});

test('an issue closed while the agent works stops it', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  await reeve.as('max').closes(1);
  await reeve.until(() => reeve.processes().length === 0, 'the agent to be gone');
  await reeve.untilLabel(1, null);
  await reeve.until(() => reeve.card(1).includes('This issue was closed by `max`'), 'the card that says so');
  await reeve.until(() => reeve.workspaces().length === 0, 'the workspace to go');
  expect(await reeve.pulls()).toEqual([]);
});

test('an issue closed while its question is open: the question says that it needs no answer', async () => {
  const issues = [{ title: 'Paint the boat', body: 'I am unsure about the colour.' }];
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure', issues });
  await reeve.ada.labels(1);
  await reeve.until(() => reeve.questions(1).length > 0, 'the question');
  await reeve.ada.closes(1);
  await reeve.untilLabel(1, null);
  await reeve.until(() => reeve.questions(1)[0]?.body.includes('no answer needed any more'), 'the question to be void');
  await reeve.ada.comments(1, 'b');
  await reeve.calm();
  expect(reeve.thread(1).comments).toHaveLength(3);
  expect(await reeve.verify()).toMatchObject({ sessions: [{ state: 'stopped', runs: 1 }] });
});
