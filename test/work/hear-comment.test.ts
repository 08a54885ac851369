import { expect, test } from 'vitest';

import { wish } from '../../src/domain/effect/effect.ts';
import { OPERATOR } from '../../src/domain/people.ts';
import { permissionAnswers } from '../../src/domain/run/permission-question.ts';
import { openQuestion } from '../../src/domain/session/session.ts';
import { answerQuestion } from '../../src/work/answer-question.ts';
import { hearComment } from '../../src/work/hear-comment.ts';
import { moveSession } from '../../src/work/move-session.ts';
import { openWork } from '../../src/work/open-work.ts';
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
    hears: (id: number, through = ports) => {
      const body = world.control.thread(REPO, 1).comments.find((one) => one.id === id)?.body ?? '';
      const comment = { id, body, author, createdAt: Date.now() };
      return hearComment(through, {
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

test('an answer whose session goes on while GitHub says who may answer is told so', async () => {
  const { person, asks, hears, ports, store, repository, mona, tell } = await waiting();
  await asks();
  const answer = await person.comments(1, 'b');
  const permissionOf: typeof ports.github.permissionOf = async (...whose) => {
    const session = await store.sessions.ofIssue(repository.id, 1);
    await tell(session!.id, { kind: 'stop-requested', by: mona });
    return ports.github.permissionOf(...whose);
  };
  expect(await hears(answer, { ...ports, github: { ...ports.github, permissionOf } })).toBe('replied: not-now');
});

test.each(['/reeve answer b', 'b'])('an answer that is heard again is not answered again: %s', async (body) => {
  const { person, asks, hears, store } = await waiting();
  await asks();
  const answer = await person.comments(1, body);
  expect(await hears(answer)).toBe('obeyed');
  const wishes = await store.outbox.count();
  expect(await hears(answer)).toBe('heard before');
  expect(await store.outbox.count()).toEqual(wishes);
});

test.each(['b', '/reeve answer b', '/reeve stop'])('a crash before it is acknowledged: %s is, later', async (body) => {
  const { person, asks, hears, ports, control } = await waiting();
  await asks();
  const comment = await person.comments(1, body);
  const dead = { ...ports.store.outbox, add: () => Promise.reject(new Error('killed')) };
  await expect(hears(comment, { ...ports, store: { ...ports.store, outbox: dead } })).rejects.toThrow('killed');
  expect(await hears(comment)).toBe('heard before');
  await performEffects(ports, new AbortController().signal);
  expect(control.thread(REPO, 1).comments.find(({ id }) => id === comment)?.reactions).toEqual(['rocket']);
});

test('a stop that is heard again does not reach the session that was opened meanwhile', async () => {
  const { person, hears, ports, store, stateOf, repository, mona } = await waiting();
  const stop = await person.comments(1, '/reeve stop');
  expect(await hears(stop)).toBe('obeyed');
  expect(await stateOf()).toBe('stopped');
  const wanted = { repositoryId: repository.id, issueNumber: 1, title: 'Owls', by: mona, cause: 'delivery:2' };
  const { session } = await openWork(ports, wanted);
  expect(await hears(stop)).toBe('heard before');
  expect((await store.sessions.get(session.id))?.state).toBe('queued');
});

test.each(['/reeve help', '/reeve status', '/reeve dance', '/reeve retry', '/reeve help\n/reeve status'])(
  'what is heard twice is replied to once: %s',
  async (body) => {
    const { person, hears, ports, control, asks } = await waiting();
    await asks();
    const before = control.thread(REPO, 1).comments.length;
    const comment = await person.comments(1, body);
    const first = await hears(comment);
    await performEffects(ports, new AbortController().signal);
    const replies = control.thread(REPO, 1).comments.length;
    expect(replies).toBeGreaterThan(before + 1);
    expect(await hears(comment)).toBe(first);
    await performEffects(ports, new AbortController().signal);
    expect(control.thread(REPO, 1).comments).toHaveLength(replies);
  },
);

test('a budget that all repositories share is not raised by a comment, but by an operator', async () => {
  const world = await openWorld();
  const { ports, store, repository, person, mona } = world;
  const { id } = await world.session();
  const crossing = { scope: 'server-day', measure: 'runs', used: 9, limit: 9, step: 9, reckonedMicroUsd: 0 } as const;
  await moveSession(ports, id, 'crossed', { kind: 'budget-crossed', crossing, at: ports.now() });
  await performEffects(ports, new AbortController().signal);
  const author = { ...mona, isBot: false };
  const comment = { id: await person.comments(1, '1'), body: '1', author, createdAt: Date.now() };
  const event = {
    ...{ repository, sender: author, onNumber: 1, isPull: false, comment },
    kind: 'comment-created',
  } as const;
  expect(await hearComment(ports, event)).toBe('replied: not-now');
  await performEffects(ports, new AbortController().signal);
  expect(world.control.thread(REPO, 1).comments.at(-1)?.body).toContain('Only an operator of this server can add');
  expect(await world.stored(id)).toMatchObject({ state: 'waiting' });
  const session = (await store.sessions.get(id))!;
  const given = { session, question: openQuestion(session)!, text: '1', by: OPERATOR, cause: 'operator' };
  expect(await answerQuestion(ports, given)).toBe('answered');
});

test('what is said while the run is made is kept for its agent: its prompt may be made already', async () => {
  const world = await openWorld();
  const session = await world.session(granted);
  const author = { ...world.mona, isBot: false };
  const comment = { id: await world.person.comments(1, 'Mind the owlets.'), body: 'Mind the owlets.', author, createdAt: 1 }; // prettier-ignore
  const { ports, repository } = world;
  const event = { kind: 'comment-created', repository, sender: author, onNumber: 1, isPull: false, comment } as const;
  expect(await hearComment(ports, event)).toBe('kept for the agent');
  expect((await world.stored(session.id)).messages).toMatchObject([{ text: 'Mind the owlets.', fate: null }]);
});

test.each([
  ['yes', 0],
  ['No.', 1],
  ['a', 0],
  ['a, but only on a branch', null],
  ['no, use npm pack', null],
])('what is answered to a question of leave: %s', async (text, option) => {
  const { ports, mona, ...world } = await openWorld();
  const permissions = [{ tool: 'shell', subject: 'npm publish' }] as const;
  const wish = { text: 'May it?', options: [...permissionAnswers], permissions };
  const session = await world.session(granted, launched(), { ...asked(''), question: wish });
  const question = openQuestion(session)!;
  expect(await answerQuestion(ports, { session, question, text, by: mona, cause: 'c' })).toBe('answered');
  const [answered] = (await world.stored(session.id)).questions;
  expect(answered?.answer).toMatchObject({ text, option });
});
