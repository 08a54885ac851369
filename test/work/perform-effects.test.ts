import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { wish, wishOnce, type Effect } from '../../src/domain/effect/effect.ts';
import { runIdOf, sessionIdOf } from '../../src/domain/ids.ts';
import { withoutLimits } from '../../src/domain/limits/limits.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { eventually, openWorld, REPO } from '../ports.ts';
import { finished, granted, judged, launched } from '../sessions.ts';

const HOUR_MS = 3_600_000;
const PASS_MS = 300_000;

/** An outbox, and wishes for it. */
async function outbox(options: Parameters<typeof openWorld>[0] = {}) {
  const world = await openWorld(options);
  const { ports, store, time, control, repository } = world;
  const perform = () => performEffects(ports, new AbortController().signal);
  return {
    ...world,
    perform,
    performFor: async (hours: number): Promise<void> => {
      for (const end = time.now + hours * HOUR_MS; time.now < end; time.now += PASS_MS) await perform();
    },
    add: (effect: Effect) => store.outbox.add([effect], time.now),
    /** A rocket on a new comment of the issue. */
    rocket: async (issueNumber: number): Promise<Effect> => {
      const commentId = await world.person.comments(issueNumber, 'Please.');
      const place = { repositoryId: repository.id, issueNumber };
      return wishOnce(place, `comment:${commentId}`, { kind: 'react', commentId, content: 'rocket' });
    },
    rockets: (issueNumber: number): readonly string[] =>
      control.thread(REPO, issueNumber).comments.flatMap(({ reactions }) => reactions),
    /** The checked commits of a session on issue #1, to be pushed. */
    publication: async (): Promise<Effect> => {
      const session = await world.session(granted, launched(), finished('Done.'));
      const head = await world.work(session, await world.workspace(session), 'work\n');
      const runId = runIdOf(session.id, 1);
      return wish(await world.tell(session.id, judged(1, head)), {
        ...{ kind: 'publish', sessionId: session.id, runId, head },
      });
    },
  };
}

test('a slow effect holds up no other lane, also none that is wished for meanwhile', async () => {
  const { store, add, perform, publication, rocket, rockets, holdPushes } = await outbox();
  await add(await publication());
  const push = holdPushes();
  const performed = perform();
  await push.arrived();
  await add(await rocket(2));
  await eventually(() => expect(rockets(2)).toEqual(['rocket']));
  await eventually(async () => expect(await store.outbox.count()).toMatchObject({ sending: 1, done: 1 }));
  push.letGo();
  await performed;
  expect(await store.outbox.count()).toMatchObject({ failed: 0, sending: 0, unknown: 0 });
});

test('an effect whose end could not be stored is taken up again without a restart', async () => {
  const { store, time, add, perform, rocket, rockets } = await outbox();
  await add(await rocket(1));
  await store.outbox.claim({ now: time.now, limit: 1 }); // and then the disk was full
  await perform();
  expect(rockets(1)).toEqual(['rocket']);
  expect(await store.outbox.count()).toMatchObject({ done: 1, sending: 0 });
});

test('refusals of strangers take only a part of GitHub’s limits, and a person is answered', async () => {
  const { add, perform, repository, control, mona } = await outbox({ limits: { ...withoutLimits, contentPerHour: 4 } });
  const reply = (issueNumber: number, topic: 'not-permitted' | 'help'): Promise<void> => {
    const place = { repositoryId: repository.id, issueNumber };
    return add(wishOnce(place, topic, { kind: 'reply', onNumber: issueNumber, reply: { topic, to: mona } }));
  };
  const replies = (): number => [1, 2, 3].flatMap((number) => control.thread(REPO, number).comments).length;
  for (const issueNumber of [1, 2, 3]) await reply(issueNumber, 'not-permitted');
  await perform();
  expect(replies()).toBe(2);
  await reply(1, 'help');
  await perform();
  expect(replies()).toBe(3);
});

test('a wish that the limits hold back holds up nothing else of its issue', async () => {
  const { add, perform, repository, control, mona } = await outbox({ limits: { ...withoutLimits, contentPerHour: 4 } });
  const reply = (issueNumber: number, cause: string, topic: 'not-permitted' | 'help'): Promise<void> => {
    const place = { repositoryId: repository.id, issueNumber };
    return add(wishOnce(place, cause, { kind: 'reply', onNumber: issueNumber, reply: { topic, to: mona } }));
  };
  const replies = (issueNumber: number): number => control.thread(REPO, issueNumber).comments.length;
  for (const issueNumber of [1, 2, 3]) await reply(issueNumber, 'a stranger', 'not-permitted');
  await perform();
  expect(replies(3)).toBe(0);
  await reply(3, 'a person', 'help');
  await perform();
  expect(replies(3)).toBe(1);
});

test('after an outage one fault is the first of twelve', async () => {
  const { repository, store, add, time, performFor } = await outbox();
  const sessionId = sessionIdOf(repository.id, 1, 1); // which is not stored: that is the fault
  const place = { repositoryId: repository.id, issueNumber: 1 };
  const effect = wishOnce(place, 'somebody', { kind: 'question', sessionId, number: 1 });
  await add(effect);
  for (let tries = 0; tries < 20; tries += 1) {
    await store.outbox.claim({ now: time.now, limit: 1 });
    const outage = { retryAt: time.now, wasSent: false, error: '502', why: 'outage' } as const;
    await store.outbox.defer(effect.key, outage);
  }
  await performFor(0.5);
  expect(await store.outbox.failed(9)).toEqual([]);
  await performFor(2);
  expect(await store.outbox.failed(9)).toMatchObject([{ key: effect.key, attempts: 32 }]);
});

test('an effect outlasts an outage of hours', async () => {
  const { store, control, add, performFor, rocket, rockets } = await outbox();
  await add(await rocket(1));
  control.addFault({ kind: 'status', method: 'POST', path: '/repos/**/reactions', status: 502, times: null });
  await performFor(6);
  expect(await store.outbox.count()).toMatchObject({ unknown: 1, failed: 0 });
  control.clearFaults();
  await performFor(1);
  expect(await store.outbox.count()).toMatchObject({ unknown: 0, done: 1 });
  expect(rockets(1)).toEqual(['rocket']);
});

test('an hour of a limit is no failed try: other effects of the installation wait, and nothing is sent', async () => {
  const { store, control, time, sent, add, perform, performFor, rocket } = await outbox();
  await add(await rocket(1));
  const [method, path] = ['POST', '/repos/**/reactions'];
  control.addFault({ kind: 'status', method, path, status: 403, retryAfterSeconds: 3600 });
  await perform();
  await add(await rocket(2));
  await performFor(0.9);
  expect(sent(method, /reactions$/)).toBe(1);
  time.now += HOUR_MS;
  const claimed = await store.outbox.claim({ now: time.now, limit: 9 });
  expect(claimed.map(({ attempts, mayBeDone }) => ({ attempts, mayBeDone }))).toEqual([
    { attempts: 1, mayBeDone: false },
    { attempts: 0, mayBeDone: false },
  ]);
});

test('a fault does not block its lane for as long', async () => {
  const { ports, repository, store, add, performFor, publication, stored, session, rocket, rockets } = await outbox();
  await add(await publication());
  await add(await rocket(1));
  const mirror = await ports.openMirror(repository.id);
  writeFileSync(join(mirror.path, 'config'), '[damaged');
  await performFor(2);
  expect(await store.outbox.count()).toMatchObject({ failed: 1, pending: 0, unknown: 0 });
  expect(rockets(1)).toEqual(['rocket']);
  const detail = expect.stringContaining('bad config') as string;
  expect(await stored((await session()).id)).toMatchObject({ state: 'failed', why: 'cannot-publish', detail });
});

test('an effect in whose tries the process ended waits no longer than any other after its first failure', async () => {
  const { store, time, control, add, perform, rocket, rockets } = await outbox();
  await add(await rocket(1));
  for (let crashes = 0; crashes < 4; crashes += 1) {
    expect(await store.outbox.claim({ now: time.now, limit: 1 })).toHaveLength(1);
    await store.outbox.blame();
  }
  control.addFault({ kind: 'status', method: 'POST', path: '/repos/**/reactions', status: 502, times: 1 });
  await perform();
  time.now += 500;
  await perform();
  expect(rockets(1)).toEqual(['rocket']);
});

test('an effect with which the process ended too often is given up, and its lane goes on', async () => {
  const { store, time, add, perform, rocket, rockets } = await outbox();
  const poison = await rocket(1);
  await add(poison);
  for (let crashes = 0; crashes < 5; crashes += 1) {
    await store.outbox.recover();
    expect(await store.outbox.claim({ now: time.now, limit: 1 })).toMatchObject([{ crashes }]);
    await store.outbox.blame();
  }
  await add(await rocket(1));
  await perform();
  expect(await store.outbox.count()).toMatchObject({ failed: 1, done: 1, unknown: 0 });
  expect(rockets(1)).toEqual(['rocket']);
  const error = 'The server ended 5 times while this was performed.';
  expect(await store.outbox.failed(9)).toMatchObject([{ key: poison.key, error }]);
});
