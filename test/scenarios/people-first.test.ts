import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('a commit of a person on the branch is never built on or pushed over, and no run is spent on it', async () => {
  const reeve = await startReeve({ agent: 'agent-that-succeeds' });
  const { ada, until } = reeve;
  await ada.labels(1);
  await reeve.untilLabel(1, 'reeve:review');
  const pull = await until(() => reeve.pull(1), 'the draft pull request');

  await ada.pushes(pull.head.ref, { 'README.md': '# Tide, by hand\n' }, 'Say it better');
  await ada.comments(1, '/reeve retry');

  const [reply] = await until(() => (reeve.replies(1).length > 0 ? reeve.replies(1) : null), 'a reply');
  expect(reply).toMatchObject({ body: expect.stringContaining(`Somebody has pushed to \`${pull.head.ref}\``) });
  expect(reeve.git('show', `${pull.head.ref}:README.md`)).toBe('# Tide, by hand');
  expect(await reeve.verify()).toMatchObject({ holds: true, sessions: [{ state: 'reviewing', runs: 1 }] });
});
