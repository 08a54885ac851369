import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

const STOP_MS_MAX = 30_000; // what is promised; the agent has 10 seconds of them to save its work

test('stop means stop, down to the last descendant', async () => {
  const reeve = await startReeve({ agent: 'agent-that-forks-children' });
  const { ada, until } = reeve;
  await ada.labels(1);
  await until(() => reeve.processes().filter(({ command }) => command.includes('trap')).length >= 6, 'children');

  const askedAt = Date.now();
  await ada.comments(1, '/reeve stop');
  await until(() => reeve.processes().length === 0, 'no process to be left');
  expect(Date.now() - askedAt).toBeLessThan(STOP_MS_MAX);
  await reeve.untilLabel(1, null);
  await until(() => reeve.card(1).includes('### Reeve · Stopped'), 'the card that says stopped');
  expect(reeve.card(1)).toContain('The work was stopped by `ada`. `/reeve retry` starts afresh on a new branch.');
  await until(() => reeve.workspaces().length === 0, 'the workspace to go');
  expect(await reeve.pulls()).toEqual([]);
  expect(reeve.git('branch', '--list')).toBe('* main');
  expect(reeve.replies(1)).toEqual([]);
});

test('retry after stop opens a new session that knows the old one', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  const { ada, until } = reeve;
  await ada.labels(1);
  await reeve.untilAtWork(1);
  await ada.comments(1, '/reeve stop');
  await reeve.untilLabel(1, null);
  await until(() => reeve.workspaces().length === 0, 'the work to be stopped');

  await ada.comments(1, '/reeve retry');
  await reeve.untilLabel(1, 'reeve:working');
  await until(() => reeve.card(1).includes('`reeve/1-say-hello.2`'), 'another try');
  await until(() => reeve.workspaces().length === 1, 'its workspace');
  await reeve.untilAtWork(1);
  reeve.giveSign();
  const pull = await until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');
  const { sessions } = await reeve.verify();
  expect(sessions.map(({ state }) => state).toSorted()).toEqual(['reviewing', 'stopped']);
  expect(reeve.git('show', `${pull.head.ref}:work-1.txt`)).toBe(`${sessions[0]?.id}-r1`);
  expect(reeve.cards(1)).toHaveLength(1);
});

test('the label reeve:never stops the work, and keeps it from being taken up again', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  const { ada, until } = reeve;
  await ada.labels(1);
  await until(() => reeve.card(1).includes('> Waiting for a sign'), 'the agent to be at work');
  await reeve.as('tom').labels(1, 'reeve:never');
  await until(() => reeve.replies(1)[0]?.body.startsWith('Thank you, `tom`.'), 'an answer');
  expect(reeve.processes()).not.toEqual([]);

  await ada.unlabels(1, 'reeve:never');
  await ada.labels(1, 'reeve:never');
  await until(() => reeve.card(1).includes('because the label `reeve:never` was set by `ada`'), 'the card to say so');
  await until(() => reeve.processes().length === 0 && reeve.workspaces().length === 0, 'the work to be stopped');
  expect(reeve.labels(1)).toEqual(['reeve:never']);
  await ada.comments(1, '/reeve retry');
  await until(() => reeve.replies(1)[1]?.body.includes('The issue carries the label `reeve:never`.'), 'a refusal');
});

test('another server with a run of the same name is left alone', async () => {
  const [one, other] = await Promise.all([
    startReeve({ agent: 'agent-that-waits-for-a-sign' }),
    startReeve({ agent: 'agent-that-waits-for-a-sign' }),
  ]);
  for (const reeve of [one, other]) {
    await reeve.ada.labels(1);
    await reeve.untilAtWork(1);
  }
  expect(one.runs()).toEqual(other.runs());
  await one.ada.comments(1, '/reeve stop');
  await one.until(() => one.workspaces().length === 0, 'the work to be stopped');
  other.giveSign();
  await other.untilLabel(1, 'reeve:review');
});

test('the buttons of the check run stop and retry', async () => {
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure' });
  const { ada, until } = reeve;
  await ada.labels(1);
  const pull = await until(() => reeve.pull(1), 'the pull request');
  const check = (conclusion: string) =>
    until(async () => (await reeve.checkRuns(pull.head.sha)).find((one) => one.conclusion === conclusion), conclusion);
  const { id } = await check('success');

  await ada.presses(id, 'retry');
  await until(async () => {
    const [session] = (await reeve.verify()).sessions;
    return session?.runs === 2 && session.state === 'reviewing';
  }, 'another run and its result');
  await reeve.untilLabel(1, 'reeve:review');
  await reeve.calm();
  const latest = await until(() => reeve.pull(1), 'the pull request');
  const [button] = await reeve.checkRuns(latest.head.sha);

  await ada.presses(button!.id, 'stop');
  await reeve.untilLabel(1, null);
  await until(
    () => reeve.card(1).includes(`starts afresh on a new branch. #${pull.number} stays open as it is`),
    'the card',
  );
  const stopped = await until(
    async () => (await reeve.checkRuns(latest.head.sha)).find(({ conclusion }) => conclusion === 'cancelled'),
    'the check run that says so',
  );
  expect(stopped.output.title).toBe('Stopped');
  expect(await reeve.pulls()).toHaveLength(1);
});

test('status, help and a mistyped verb get one helpful reply each', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign' });
  const { ada, until } = reeve;
  await ada.comments(2, '/reeve status');
  await until(() => reeve.replies(2)[0]?.body.startsWith('There has been no work on this issue yet.'), 'a reply');

  await ada.labels(1);
  await until(() => reeve.card(1).includes('> Waiting for a sign'), 'the agent to be at work');
  for (const verb of ['status', 'help', 'sotp', 'retry']) {
    await ada.comments(1, `/reeve ${verb}`);
    await reeve.calm();
  }
  expect(reeve.replies(1).map(({ body }) => body)).toEqual([
    expect.stringMatching(/^\*\*Working\*\* since .* The agent says: Waiting for a sign\./),
    expect.stringContaining('| `/reeve stop` | ends the work; what is pushed already stays |'),
    expect.stringContaining('`/reeve` has no command `sotp`, so nothing was changed. Was `/reeve stop` meant?'),
    expect.stringContaining('`/reeve retry` changed nothing. I am already at it.'),
  ]);
  reeve.giveSign();
  await reeve.untilLabel(1, 'reeve:review');
});
