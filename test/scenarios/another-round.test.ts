import { expect, test } from 'vitest';

import { startReeve } from '../reeve.ts';

test('a further round is told what people asked for on the issue and on the pull request, in order', async () => {
  const reeve = await startReeve({ agent: 'agent-that-asks-when-unsure' });
  const { ada, until } = reeve;
  await ada.labels(1);
  const pull = await until(() => reeve.pull(1), 'the pull request');
  await reeve.untilLabel(1, 'reeve:review');

  await ada.comments(pull.number, 'Said first, on the pull request.');
  await ada.comments(1, 'Said next, on the issue.');
  await ada.comments(pull.number, 'Said last, on the pull request.');
  await ada.comments(1, '/reeve retry');
  await until(async () => {
    const [session] = (await reeve.verify()).sessions;
    return session?.runs === 2 && session.state === 'reviewing';
  }, 'another run and its result');
  expect(reeve.git('show', `${pull.head.ref}:prompt-1.txt`)).toMatch(/Said first[^]*Said next[^]*Said last/);
});
