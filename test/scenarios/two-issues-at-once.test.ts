import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('two issues at once, each with its own workspace and pull request; a third waits for a slot', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign', slots: 2 });
  const { ada, until } = reeve;
  for (const issue of [1, 2]) await ada.labels(issue);
  for (const issue of [1, 2]) await reeve.untilAtWork(issue);
  await ada.labels(3); // now, for labels given together are heard in any order
  await until(() => reeve.card(3).includes('### Reeve · Waiting for a free slot'), 'the third to wait');
  expect(reeve.labels(3)).toEqual(['reeve:ready']);
  expect(reeve.workspaces()).toHaveLength(2);

  reeve.giveSign();
  await reeve.untilAtWork(3);
  reeve.giveSign();
  for (const issue of [1, 2, 3]) await reeve.untilLabel(issue, 'reeve:review');
  const pulls = await reeve.pulls();
  expect(pulls.map(({ head }) => head.ref).toSorted()).toEqual([
    'reeve/1-say-hello',
    'reeve/2-say-goodbye',
    'reeve/3-say-thanks',
  ]);
  for (const issue of [1, 2, 3]) {
    const pull = await until(() => reeve.pull(issue), 'the pull request');
    expect(reeve.git('diff', '--name-only', `main...${pull.head.ref}`)).toBe(`work-${issue}.txt`);
    await ada.marksReady(pull.number);
    await ada.merges(pull.number);
  }
  for (const issue of [1, 2, 3]) await reeve.untilLabel(issue, 'reeve:done');
  await until(() => reeve.workspaces().length === 0, 'the workspaces to go');
  expect(await reeve.verify()).toMatchObject({ holds: true });
});
