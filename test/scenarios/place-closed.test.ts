import { expect, test } from 'vitest';

import { REPO, startReeve } from '../reeve.ts';

const STOP_MS_MAX = 30_000; // what is promised

test('the App is uninstalled while an agent works: it ends within 30 seconds, and nothing is written any more', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  const { ada, until, emulator } = reeve;
  const [owner = ''] = REPO.split('/');
  await ada.labels(1);
  await reeve.untilAtWork(1);
  await reeve.calm();

  const askedAt = Date.now();
  await emulator.control.act({ as: owner, do: 'uninstall', repo: REPO });
  const seen = emulator.requests().length;
  await until(() => reeve.processes().length === 0, 'the agent to end');
  expect(Date.now() - askedAt).toBeLessThan(STOP_MS_MAX);
  await until(() => reeve.workspaces().length === 0, 'the workspace to go');
  await reeve.calm();
  const writes = emulator
    .requests()
    .slice(seen)
    .filter(({ method, actor }) => method !== 'GET' && actor.includes('[bot]'));
  expect(writes).toEqual([]);
  const { sessions, effects } = await reeve.verify();
  expect(sessions).toMatchObject([{ state: 'stopped', isSettled: true }]);
  expect(effects).toMatchObject({ failed: 0 });

  // Installed again, it says what became of the work once somebody is heard from there, and new work may begin.
  await emulator.control.act({ as: owner, do: 'install', repo: REPO });
  await ada.comments(1, '/reeve retry');
  await until(() => reeve.card(1).includes('`reeve/1-say-hello.2`'), 'another try');
  await reeve.untilAtWork(1);
  reeve.giveSign();
  await reeve.untilLabel(1, 'reeve:review');
});
