import { expect, test } from 'vitest';

import { upsertComment } from '../../src/github/perform.ts';
import { openWorld, REPO } from '../ports.ts';

test('a card that somebody deleted is made anew once, also when the answer to that is lost', async () => {
  const { ports, control, repository } = await openWorld();
  const { github } = ports;
  const first = await github.createComment(repository, 1, 'Working');
  await control.act({ as: 'acme', do: 'delete-comment', repo: REPO, comment: first });
  control.addFault({
    kind: 'status',
    method: 'POST',
    path: '/repos/*/*/issues/*/comments',
    status: 502,
    when: 'after',
  });

  const again = async () => expect.unreachable();
  const wish = { repository, number: 1, marker: '<!-- card -->', body: 'Working', remoteId: String(first), again };
  await expect(upsertComment(github, { ...wish, mayBeDone: false })).rejects.toThrow('502');
  const remoteId = await upsertComment(github, { ...wish, mayBeDone: true });
  expect(control.thread(REPO, 1).comments.map(({ id }) => String(id))).toEqual([remoteId]);
});
