import { expect, test } from 'vitest';

import { startReeve, type Reeve } from '../reeve.ts';

const agent = 'agent-that-asks-when-unsure';
const issues = [{ title: 'Paint the boat', body: 'I am unsure about the colour.' }];
const repo = '/repos/harbor-labs/tide';

async function tellStory(reeve: Reeve): Promise<void> {
  await reeve.ada.labels(1);
  await reeve.until(() => reeve.questions(1).length > 0, 'the question');
  await reeve.ada.comments(1, 'b');
  const pull = await reeve.until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');
  await reeve.until(
    async () => (await reeve.checkRuns(pull.head.sha)).some(({ conclusion }) => conclusion === 'success'),
    'the check run',
  );
  await reeve.calm();
}

const writes = [
  { method: 'POST', path: `${repo}/issues/*/comments`, times: 2 }, // the card and the question
  { method: 'POST', path: `${repo}/pulls`, times: 1 },
  { method: 'POST', path: `${repo}/check-runs`, times: 1 },
  { method: 'PATCH', path: `${repo}/issues/comments/*`, times: 1 },
  { method: 'PATCH', path: `${repo}/labels/*`, times: 1 },
  { method: 'POST', path: `${repo}/issues/*/labels`, times: 1 },
] as const;

test.each([
  ['answers 502 after it has done what was asked', { kind: 'status', status: 502, when: 'after' }],
  ['resets the connection after it has done what was asked', { kind: 'reset', when: 'after' }],
  ['answers 500 and has done nothing', { kind: 'status', status: 500, when: 'before' }],
] as const)('GitHub %s: people see each thing once', async (_, fault) => {
  const reeve = await startReeve({ agent, issues });
  const { control } = reeve.emulator;
  for (const write of writes) control.addFault({ ...fault, ...write, times: write.times });
  await tellStory(reeve);
  expect(control.faults().filter(({ struck }) => struck === 0)).toEqual([]);
  expect(reeve.thread(1).comments.map(({ author }) => author)).toEqual(['reeve[bot]', 'reeve[bot]', 'ada']);
  expect(await reeve.pulls()).toHaveLength(1);
});

test('GitHub asks for patience with 403 and retry-after: the work waits and goes on', async () => {
  const reeve = await startReeve({ agent, issues });
  const { control } = reeve.emulator;
  control.addFault({ kind: 'status', status: 403, retryAfterSeconds: 1, ...writes[0], times: 1 });
  control.addFault({ kind: 'status', status: 429, retryAfterSeconds: 1, ...writes[1], times: 1 });
  await tellStory(reeve);
  expect(control.faults().map(({ struck }) => struck)).toEqual([1, 1]);
});

test('GitHub is down for a while when the label comes: it is heard later', async () => {
  const reeve = await startReeve({ agent, issues });
  const { control } = reeve.emulator;
  control.addFault({ kind: 'status', status: 503, method: 'GET', path: `${repo}/**`, times: 1 });
  await tellStory(reeve);
  expect(control.faults()[0]?.struck).toBe(1);
});
