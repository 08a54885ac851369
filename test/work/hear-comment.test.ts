import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import { hearComment } from '../../src/work/hear-comment.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { openWorld, REPO } from '../ports.ts';
import { asked, granted, launched } from '../sessions.ts';

/** A session that waits for an answer. `asks` brings its question onto the issue; `hears` tells of a comment, however late. */
async function waiting() {
  const world = await openWorld();
  const { ports, store, time, mona, repository } = world;
  const session = await world.session(granted, launched(), asked('Which colour?', ['red', 'blue']));
  const card = wish(session, { kind: 'question', sessionId: session.id, number: 1 });
  const author = { ...mona, isBot: false };
  return {
    ...world,
    asks: async () => {
      await store.outbox.add([card], time.now);
      await performEffects(ports, new AbortController().signal);
      expect(world.control.thread(REPO, 1).comments.at(-1)?.body).toContain('Which colour?');
    },
    hears: (id: number) => {
      const body = world.control.thread(REPO, 1).comments.find((one) => one.id === id)?.body ?? '';
      const comment = { id, body, author };
      return hearComment(ports, {
        ...{ kind: 'comment-created', repository, sender: author, onNumber: 1, isPull: false, comment },
      });
    },
    stateOf: async () => (await world.stored(session.id)).state,
  };
}

test.each([
  ['a sentence', 'I would not hurry with this.', 'written before the question was asked'],
  ['the command', '/reeve answer b', 'replied: not-now'],
])('%s that was written before the question, and comes late, does not answer it', async (_, body, note) => {
  const { person, asks, hears, stateOf } = await waiting();
  const early = await person.comments(1, body);
  await asks();
  const answer = await person.comments(1, 'b');
  expect(await hears(early)).toBe(note);
  expect(await stateOf()).toBe('waiting');
  expect(await hears(answer)).toBe('obeyed');
  expect(await stateOf()).toBe('queued');
});

test('a comment waits until the question is on the issue: only then is it known which came first', async () => {
  const { person, hears, stateOf } = await waiting();
  const comment = await person.comments(1, 'b');
  await expect(hears(comment)).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
  expect(await stateOf()).toBe('waiting');
});

test('an answer that is heard again is not answered again', async () => {
  const { person, asks, hears } = await waiting();
  await asks();
  const answer = await person.comments(1, '/reeve answer b');
  expect(await hears(answer)).toBe('obeyed');
  expect(await hears(answer)).toBe('heard before');
});
