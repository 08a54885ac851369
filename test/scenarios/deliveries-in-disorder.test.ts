import { expect, test } from 'vitest';

import { startReeve, type Reeve } from '../reeve.ts';

const agent = 'agent-that-asks-when-unsure';
const issues = [{ title: 'Paint the boat', body: 'I am unsure about the colour.' }];

/** The story with a question, told by people who see only what GitHub shows. */
async function tellStory(reeve: Reeve): Promise<void> {
  const { ada, until } = reeve;
  await ada.labels(1);
  await until(() => reeve.questions(1).length > 0, 'the question');
  await ada.comments(1, 'b');
  const pull = await until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');
  await ada.marksReady(pull.number);
  await ada.merges(pull.number);
  await reeve.untilLabel(1, 'reeve:done');
  await until(() => reeve.card(1).includes('### Reeve · Merged'), 'the card that says merged');
  await reeve.calm();
}

const endOf = async (reeve: Reeve) => ({
  authors: reeve.thread(1).comments.map(({ author }) => author),
  pulls: (await reeve.pulls()).length,
  sessions: (await reeve.verify()).sessions.map(({ state, runs, questions }) => ({ state, runs, questions })),
});

/** However the deliveries came. */
const usualEnd = {
  authors: ['reeve[bot]', 'reeve[bot]', 'ada'],
  pulls: 1,
  sessions: [{ state: 'done', runs: 2, questions: 1 }],
};

test('every delivery comes three times: each counts once', async () => {
  const reeve = await startReeve({ agent, issues });
  reeve.emulator.control.addFault({ kind: 'duplicate-delivery', copies: 3, times: null });
  await tellStory(reeve);
  expect(await endOf(reeve)).toEqual(usualEnd);
});

test('deliveries come late and in another order', async () => {
  const reeve = await startReeve({ agent, issues });
  const { control } = reeve.emulator;
  control.addFault({ kind: 'delay-delivery', ms: 700, probability: 0.4, times: null });
  control.addFault({ kind: 'reorder-delivery', holdMs: 500, probability: 0.5, times: null });
  await tellStory(reeve);
  expect(await endOf(reeve)).toEqual(usualEnd);
});

test('lost deliveries come back: the label, the answer and the merge are fetched by the sweep', async () => {
  const reeve = await startReeve({ agent, issues });
  const { control } = reeve.emulator;
  control.addFault({ kind: 'drop-delivery', event: 'issues', action: 'labeled', times: 1 });
  control.addFault({ kind: 'drop-delivery', event: 'issue_comment', action: 'created', times: 3 });
  control.addFault({ kind: 'drop-delivery', event: 'pull_request', action: 'closed', times: 1 });
  await tellStory(reeve);
  expect(await endOf(reeve)).toEqual(usualEnd);
  expect(control.faults().map(({ struck }) => struck)).toEqual([1, 3, 1]);
});

test('what no delivery will ever tell is seen by a comparison: the label, the answer and the merge', async () => {
  const reeve = await startReeve({ agent, issues, settings: { REEVE_COMPARE_SECONDS: '1' } });
  const { control } = reeve.emulator;
  control.addFault({ kind: 'drop-delivery', isLogged: false, times: null });
  await tellStory(reeve);
  expect(await endOf(reeve)).toEqual(usualEnd);
  expect(control.deliveries()).toEqual([]);
});

test('what happens while the server is down is not lost', async () => {
  const reeve = await startReeve({ agent, issues });
  await reeve.stop();
  await reeve.ada.labels(1);
  await reeve.emulator.settled();
  await reeve.restart();
  await reeve.until(() => reeve.questions(1).length > 0, 'the question');
  await reeve.kill9();
  await reeve.ada.comments(1, 'b');
  await reeve.emulator.settled();
  await reeve.restart();
  await reeve.untilLabel(1, 'reeve:review');
  expect(await reeve.verify()).toMatchObject({ sessions: [{ state: 'reviewing', runs: 2, questions: 1 }] });
});

test('an old label delivery that comes after the work was stopped starts nothing', async () => {
  const reeve = await startReeve({ agent: 'agent-that-waits-for-a-sign', issues });
  const { control } = reeve.emulator;
  await reeve.ada.labels(1);
  await reeve.untilAtWork(1);
  await reeve.ada.comments(1, '/reeve stop');
  await reeve.untilLabel(1, null);
  await reeve.until(() => reeve.workspaces().length === 0, 'the work to be stopped');
  const labeled = control.deliveries().find(({ event, action }) => event === 'issues' && action === 'labeled');
  const delivery = control.delivery(labeled!.id);
  await reeve.deliver('issues', delivery!.request.payload, 'a-new-id');
  await reeve.calm();
  expect(reeve.labels(1)).toEqual([]);
  expect((await reeve.verify()).sessions).toHaveLength(1);
});
