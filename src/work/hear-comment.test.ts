import { expect, test } from 'vitest';

import { keep, portsWith, repository } from '../../test/ports.ts';
import { asked, granted, launched, mona, story } from '../../test/sessions.ts';
import { wish } from '../domain/effect/effect.ts';
import { hearComment } from './hear-comment.ts';

const CARD = 500;

/** A session that waits for the answer to a question, which is on the issue as comment 500. */
async function waiting({ isOnIssue = true } = {}) {
  const world = await portsWith({ github: { permissionOf: async () => 'write' } });
  const { ports, store, time } = world;
  const session = story(granted, launched(), asked('Which colour?', ['red', 'blue']));
  await keep(ports, session);
  const card = wish(session, { kind: 'question', sessionId: session.id, number: 1 });
  await store.outbox.add([card], time.now);
  if (isOnIssue) await store.outbox.done(card.key, { remoteId: String(CARD), at: time.now });
  const author = { ...mona, isBot: false };
  const hears = (id: number, body: string) => {
    const comment = { id, body, author };
    return hearComment(ports, {
      kind: 'comment-created',
      repository,
      sender: author,
      onNumber: 7,
      isPull: false,
      comment,
    });
  };
  return { hears, stateOf: async () => (await store.sessions.get(session.id))?.state };
}

test.each([
  ['a sentence', 'I would not hurry with this.', 'written before the question was asked'],
  ['the command', '/reeve answer b', 'replied: not-now'],
])('%s that was written before the question, and comes late, does not answer it', async (_, body, note) => {
  const { hears, stateOf } = await waiting();
  expect(await hears(CARD - 1, body)).toBe(note);
  expect(await stateOf()).toBe('waiting');
  expect(await hears(CARD + 1, 'b')).toBe('obeyed');
  expect(await stateOf()).toBe('queued');
});

test('a comment waits until the question is on the issue: only then is it known which came first', async () => {
  const { hears, stateOf } = await waiting({ isOnIssue: false });
  await expect(hears(CARD, 'b')).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
  expect(await stateOf()).toBe('waiting');
});

test('an answer that is heard again is not answered again', async () => {
  const { hears } = await waiting();
  await hears(CARD + 1, '/reeve answer b');
  expect(await hears(CARD + 1, '/reeve answer b')).toBe('heard before');
});
