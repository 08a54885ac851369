import { expect, test } from 'vitest';

import { only, repository } from '../../test/ports.ts';
import type { GitHub } from './github.ts';
import { UnknownOutcomeError } from './errors.ts';
import { upsertComment } from './perform.ts';

test('a card that somebody deleted is made anew once, also when the answer to that is lost', async () => {
  const comments = new Map<number, string>();
  let isAnswerLost = true;
  const github = only<GitHub>('github', {
    findComment: async (_, __, marker) => [...comments].find(([, body]) => body.includes(marker))?.[0] ?? null,
    updateComment: async (_, id) => (comments.has(id) ? 'updated' : 'gone'),
    async createComment(_, __, body) {
      comments.set(100 + comments.size, body);
      if (isAnswerLost) throw new UnknownOutcomeError('502');
      return 99 + comments.size;
    },
  });
  const wish = { repository, number: 7, marker: '<!-- card -->', body: 'Working', remoteId: '5' };
  await expect(upsertComment(github, { ...wish, mayBeDone: false })).rejects.toThrow('502');
  isAnswerLost = false;
  expect(await upsertComment(github, { ...wish, mayBeDone: true })).toBe('100');
  expect(comments.size).toBe(1);
});
