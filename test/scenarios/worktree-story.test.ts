import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('with linked worktrees: a label, a question, its answer, a merged pull request, and the workspace is gone', async () => {
  const issues = [{ title: 'Paint the boat', body: 'I am unsure about the colour.' }];
  const settings = { REEVE_WORKSPACES: 'worktree' };
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure', issues, settings });
  const { ada, until } = reeve;
  const links = (): readonly string[] => {
    const trunks = join(reeve.home, 'trunks');
    return readdirSync(trunks).flatMap((trunk) => readdirSync(join(trunks, trunk, 'worktrees')));
  };

  await ada.labels(1);
  await reeve.untilLabel(1, 'reeve:waiting');
  await until(() => reeve.questions(1).length > 0, 'the question');
  expect(links()).toEqual(reeve.workspaces());
  expect(links()).toHaveLength(1);

  await ada.comments(1, 'b');
  const pull = await until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');
  const seen = (path: string): string => reeve.git('show', `${pull.head.ref}:${path}`);
  expect(seen('work-1.txt')).toBe(seen('draft-1.txt')); // the same conversation in the same place

  await ada.marksReady(pull.number);
  await ada.merges(pull.number);
  await reeve.untilLabel(1, 'reeve:done');
  await until(() => reeve.workspaces().length === 0, 'the workspace to go');
  expect(links()).toEqual([]);
  expect(existsSync(join(reeve.home, 'trunks'))).toBe(true);
  expect(await reeve.verify()).toMatchObject({ holds: true, sessions: [{ state: 'done', runs: 2, questions: 1 }] });
});
