import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('from a label to a merged pull request', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const { ada, until } = reeve;

  await ada.labels(1);
  await until(() => reeve.card(1).includes('### Reeve · '), 'the card');
  const pull = await until(() => reeve.pull(1), 'the draft pull request');
  expect(pull).toMatchObject({ state: 'open', draft: true, title: 'Say hello', head: { ref: 'reeve/1-say-hello' } });
  expect(pull.body).toContain('> Answered #\u200b1.');
  await reeve.untilLabel(1, 'reeve:review');

  const { sessions } = await reeve.verify();
  const trailers = reeve.git('log', '--format=%(trailers:key=Reeve-Session,valueonly)', `main..${pull.head.ref}`);
  expect(trailers.split('\n').filter(Boolean)).toEqual([sessions[0]?.id, sessions[0]?.id]);
  expect(reeve.git('show', `${pull.head.ref}:notes-1.md`)).toBe('Notes on #1.');

  const check = await until(
    async () => (await reeve.checkRuns(pull.head.sha)).find(({ status }) => status === 'completed'),
    'the check run',
  );
  expect(check).toMatchObject({ name: 'Reeve', conclusion: 'success', external_id: sessions[0]?.id });
  expect(check.output.summary).toMatch(/\| Run 1 \| .* \| finished \|/);
  expect(check.output.summary).toContain('$0.25 · 1.2k tokens');

  await ada.marksReady(pull.number);
  await ada.merges(pull.number);
  await reeve.untilLabel(1, 'reeve:done');
  expect(reeve.thread(1).state).toBe('closed');
  await until(() => reeve.card(1).includes('### Reeve · Merged'), 'the card that says merged');
  expect(reeve.card(1)).toContain(`#${pull.number} was merged by \`ada\``);
  await until(() => reeve.workspaces().length === 0, 'the workspace to go');
  expect(reeve.thread(1).comments).toHaveLength(1);
  expect(reeve.thread(pull.number).comments).toEqual([]);
  expect(await reeve.verify()).toMatchObject({ holds: true, sessions: [{ state: 'done', runs: 1 }] });
});
