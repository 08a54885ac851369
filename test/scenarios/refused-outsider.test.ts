import { expect, test } from 'vitest';

import { REPO, startReeve } from '../reeve.ts';

test('a label by somebody without write access starts nothing and is answered once, politely', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const tom = reeve.as('tom');

  await tom.labels(1);
  const [reply] = await reeve.until(() => orNull(reeve.replies(1)), 'the answer');
  expect(reply?.body).toMatch(/^Thank you, `tom`\. Starting or steering work here needs write access/);

  await tom.unlabels(1);
  await tom.labels(1);
  await reeve.calm();
  await reeve.restart();
  await tom.unlabels(1);
  await tom.labels(1);
  await reeve.calm();
  expect(reeve.replies(1)).toHaveLength(1);
  expect(reeve.cards(1)).toEqual([]);
  expect(reeve.labels(1)).toEqual(['reeve:ready']); // his label is left alone
  expect(await reeve.verify()).toMatchObject({ sessions: [] });
  expect(await reeve.pulls()).toEqual([]);

  await reeve.ada.unlabels(1);
  await reeve.ada.labels(1); // and somebody with write access can
  await reeve.untilLabel(1, 'reeve:review');
});

test('a bot that labels starts nothing and is not answered', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const bot = await reeve.bot('tide-ci');
  await reeve.emulator.control.act({ as: 'ada', do: 'set-role', repo: REPO, login: bot.login, role: 'write' });
  await bot.labels(1);
  await reeve.calm();
  expect(reeve.thread(1).comments).toEqual([]);
  expect(await reeve.verify()).toMatchObject({ sessions: [] });
});

test('commands of outsiders change nothing: one answer, however often they try', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  for (const verb of ['stop', 'stop', 'retry']) await reeve.as('mallory').comments(1, `/reeve ${verb}`);
  await reeve.as('rita').comments(1, 'How nice!');
  await reeve.as('rita').comments(1, '> /reeve stop\n\nWho would say that?');
  await reeve.calm();
  expect(reeve.replies(1).map(({ body }) => body)).toEqual([expect.stringMatching(/^Thank you, `mallory`\./)]);
  expect(reeve.labels(1)).toEqual(['reeve:working']);
  expect(reeve.processes()).not.toEqual([]);
  reeve.giveSign();
  await reeve.untilLabel(1, 'reeve:review');
});

const orNull = <Item>(list: readonly Item[]): readonly Item[] | null => (list.length > 0 ? list : null);
