import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('killed while the agent works: the next start adopts the run, and the pull request opens once', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  const agents = reeve.processes().map(({ pid }) => pid);

  await reeve.kill9();
  expect(reeve.processes().map(({ pid }) => pid)).toEqual(expect.arrayContaining(agents)); // it outlives the server
  await reeve.restart();
  reeve.giveSign();

  await reeve.untilLabel(1, 'reeve:review');
  expect(await reeve.pulls()).toHaveLength(1);
  expect(reeve.runs()).toHaveLength(1);
  expect(await reeve.verify()).toMatchObject({ holds: true, sessions: [{ runs: 1, state: 'reviewing' }] });
});

test('it ends while the server is down: the next start publishes what it left', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  await reeve.kill9();
  reeve.giveSign();
  await reeve.until(() => reeve.processes().length === 0, 'the agent to end by itself');
  await reeve.restart();
  await reeve.untilLabel(1, 'reeve:review');
  expect(reeve.runs()).toHaveLength(1);
});

test('an orderly stop leaves the agent at work, too', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  expect(await reeve.stop()).toBe(0);
  expect(reeve.processes()).not.toEqual([]);
  await reeve.restart();
  reeve.giveSign();
  await reeve.untilLabel(1, 'reeve:review');
  expect(reeve.runs()).toHaveLength(1);
});
