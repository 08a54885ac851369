import { expect, test } from 'vitest';

import { slotOf, wish, wishOnce, type Effect } from '../../src/domain/effect/effect.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { LIST_LAG_MS, openWorld, REPO } from '../ports.ts';
import { granted, launched, progressed, toReview } from '../sessions.ts';

const COMMENTS = `/repos/${REPO}/issues/*/comments`;
const CHECKS = `/repos/${REPO}/check-runs`;
const AN_HOUR_MS = 3_600_000;
/** More than the waits between two tries, and far less than the lag. */
const A_MOMENT_MS = 1_000;

/** An outbox whose wishes meet a GitHub that does what it is asked and does not say so, and whose lists lag behind. */
async function outbox() {
  const world = await openWorld();
  const { ports, store, time, control, repository, mona } = world;
  const place = { repositoryId: repository.id, issueNumber: 1 };
  const perform = () => performEffects(ports, new AbortController().signal);
  const ours = () => control.thread(REPO, 1).comments.filter(({ author }) => author === 'reeve[bot]');
  return {
    ...world,
    ...{ place, perform, ours },
    help: wishOnce(place, 'comment:1', { kind: 'reply', onNumber: 1, reply: { topic: 'help', to: mona } }),
    add: (...effects: readonly Effect[]) => store.outbox.add(effects, time.now),
    after: async (ms: number): Promise<void> => {
      time.now += ms;
      await perform();
    },
    /** The next one of these is done, and answered with 502. */
    loseAnswer: (path: string) =>
      control.addFault({ kind: 'status', method: 'POST', path, status: 502, when: 'after' }),
    /** Until it is cleared, lists show nothing of the last hour. */
    lag: () => control.addFault({ kind: 'stale', method: 'GET', path: '**', ms: AN_HOUR_MS, times: null }),
    created: (path: RegExp) => world.sent('POST', path),
  };
}

const creations = /\/(comments|check-runs)$/;

test('what may have been made is looked up before it is made again', async () => {
  const { add, after, perform, help, loseAnswer, ours, created, store } = await outbox();
  loseAnswer(COMMENTS);
  await add(help);
  await perform();
  expect(await store.outbox.count()).toMatchObject({ unknown: 1 });
  await after(A_MOMENT_MS);
  expect(created(creations)).toBe(1);
  expect(ours()).toHaveLength(1);
  expect(await store.outbox.count()).toMatchObject({ done: 1, unknown: 0 });
  expect(await store.outbox.doubts()).toBe(0);
});

test('what a list does not show yet is waited for, also by a server that was started anew', async () => {
  const { add, after, perform, help, loseAnswer, lag, ours, created, store, time, control } = await outbox();
  loseAnswer(COMMENTS);
  const stale = lag();
  await add(help);
  await perform();
  const sentAt = time.now;
  while (time.now < sentAt + LIST_LAG_MS - 2 * A_MOMENT_MS) await after(A_MOMENT_MS);
  expect(control.faults().find(({ id }) => id === stale)?.struck).toBeGreaterThanOrEqual(2);
  expect(created(creations)).toBe(1);
  await store.outbox.claim({ now: time.now + LIST_LAG_MS, limit: 1 }); // and then the server was killed
  control.clearFaults();
  await after(LIST_LAG_MS);
  expect(created(creations)).toBe(1);
  expect(ours()).toHaveLength(1);
  expect(await store.outbox.count()).toMatchObject({ done: 1, unknown: 0 });
});

test('what was never made is made once the patience is over', async () => {
  const { add, after, perform, help, ours, control, store, time } = await outbox();
  control.addFault({ kind: 'status', method: 'POST', path: COMMENTS, status: 500 });
  await add(help);
  await perform();
  const sentAt = time.now;
  while (time.now < sentAt + LIST_LAG_MS - A_MOMENT_MS) {
    await after(A_MOMENT_MS);
    expect(ours()).toEqual([]);
  }
  await after(A_MOMENT_MS);
  expect(ours()).toHaveLength(1);
  expect(await store.outbox.doubts()).toBe(2);
  await after(3 * LIST_LAG_MS);
  expect(ours()).toHaveLength(1);
  expect(await store.outbox.doubts()).toBe(0);
  expect(await store.outbox.count()).toMatchObject({ pending: 0, sending: 0, unknown: 0, done: 1, failed: 0 });
});

test('a second card that slips through is found and removed: the older one stays, with the newest text', async () => {
  const { add, after, perform, loseAnswer, lag, ours, control, person, place, ports, store, session, tell } =
    await outbox();
  const working = await session(granted, launched());
  const card = { kind: 'card', sessionId: working.id } as const;
  const slot = slotOf(place, card);
  const planted = await person.comments(1, `${ports.marker.marker(slot)}\nMine`);
  loseAnswer(COMMENTS);
  lag();
  await add(wish(working, card));
  await perform();
  await after(LIST_LAG_MS);
  await after(A_MOMENT_MS);
  expect(ours()).toHaveLength(2);
  const [older, younger] = ours();
  expect(await store.outbox.remoteId(slot)).toBe(String(younger?.id));

  await add(wish(await tell(working.id, progressed('Nearly there')), card));
  await perform();
  expect(ours().map(({ body }) => body.includes('Nearly there'))).toEqual([false, true]);
  control.clearFaults();
  await after(LIST_LAG_MS);
  expect(ours()).toMatchObject([{ id: older?.id, body: expect.stringContaining('Nearly there') as string }]);
  expect(await store.outbox.remoteId(slot)).toBe(String(older?.id));

  await add(wish(await tell(working.id, progressed('At the end')), card));
  await after(3 * LIST_LAG_MS);
  expect(ours()).toMatchObject([{ id: older?.id, body: expect.stringContaining('At the end') as string }]);
  expect(await store.outbox.doubts()).toBe(0);
  // What people planted neither stood for ours nor was taken for a second one.
  expect(control.thread(REPO, 1).comments.map(({ id }) => id)).toContain(planted);
});

test('a second one that a list hides at the first look is removed at the last', async () => {
  const { add, after, perform, help, loseAnswer, lag, ours, control, store } = await outbox();
  loseAnswer(COMMENTS);
  lag();
  await add(help);
  await perform();
  await after(LIST_LAG_MS);
  await after(A_MOMENT_MS);
  await after(LIST_LAG_MS);
  expect([ours().length, await store.outbox.doubts()]).toEqual([2, 1]);
  const [older] = ours();
  control.clearFaults();
  await after(3 * LIST_LAG_MS);
  expect(ours()).toEqual([older]);
  expect(await store.outbox.doubts()).toBe(0);
});

test('a second check run is completed as neutral and says why; the one that GitHub shows tells of the work', async () => {
  const { add, after, perform, loseAnswer, lag, control, store, session } = await outbox();
  const begun = await session(granted, launched());
  const headSha = await headOfMain(control);
  loseAnswer(CHECKS);
  lag();
  const check = { kind: 'check', sessionId: begun.id, headSha } as const;
  await add(wish(begun, check));
  await perform();
  await after(LIST_LAG_MS);
  await after(A_MOMENT_MS);
  control.clearFaults();
  await after(3 * LIST_LAG_MS);
  expect(control.checkRuns(REPO)).toMatchObject([
    {
      ...{ status: 'completed', conclusion: 'neutral', external_id: `${begun.id}/superseded` },
      output: { title: 'Superseded by a newer check run' },
    },
    { status: 'in_progress', external_id: begun.id },
  ]);
  expect(await store.outbox.doubts()).toBe(0);
});

test('what shows already is not sent again; after an outcome that nobody knows it is', async () => {
  const { add, perform, after, control, session, tell, sent, place } = await outbox();
  const working = await session(granted, launched());
  const all = (of: typeof working): Effect[] => [
    wish(of, { kind: 'card', sessionId: of.id }),
    wish(of, { kind: 'labels', sessionId: of.id }),
  ];
  const writes = () => sent('PATCH', /comments/) + sent('POST', /\/(comments|labels)$/);
  await add(...all(working));
  await perform();
  expect(writes()).toBe(2);
  await add(...all({ ...working, version: 100 }));
  await after(A_MOMENT_MS); // time that goes by is nothing new
  expect(writes()).toBe(2);

  const later = await tell(working.id, progressed('Nearly there'));
  await add(...all(later));
  await perform();
  expect(writes()).toBe(3); // the card; the label is the same

  control.addFault({ kind: 'status', method: 'PATCH', path: '/repos/**/comments/*', status: 502, when: 'after' });
  await add(wish(await tell(later.id, progressed('At the end')), { kind: 'card', sessionId: later.id }));
  await perform();
  await after(A_MOMENT_MS);
  expect(sent('PATCH', /comments/)).toBe(3);
  expect(control.thread(REPO, place.issueNumber).labels).toEqual(['reeve:working']);
});

test('a label needs one request to set it and one for each that goes; labels of people stay', async () => {
  const { add, perform, control, session, tell, sent } = await outbox();
  await control.act({ as: 'mona', do: 'label', repo: REPO, number: 1, label: 'bug' });
  await control.act({ as: 'mona', do: 'label', repo: REPO, number: 1, label: 'reeve:ready' });
  const working = await session(granted, launched());
  await add(wish(working, { kind: 'labels', sessionId: working.id }));
  await perform();
  expect(control.thread(REPO, 1).labels).toEqual(['bug', 'reeve:working']);
  const counts = () => ['GET', 'POST', 'PATCH', 'DELETE'].map((method) => sent(method, /\/labels/));
  expect(counts()).toEqual([0, 1, 1, 1]); // one to give the label its look
  const done = await tell(working.id, ...toReview.slice(2));
  await add(wish(done, { kind: 'labels', sessionId: done.id }));
  await perform();
  expect(control.thread(REPO, 1).labels).toEqual(['bug', 'reeve:review']);
  expect(counts()).toEqual([0, 2, 2, 2]);
});

async function headOfMain(control: Awaited<ReturnType<typeof openWorld>>['control']): Promise<string> {
  const path = `/repos/${REPO}/git/ref/heads/main`;
  const ref = (await control.act({ do: 'request', as: 'mona', method: 'GET', path })) as { object: { sha: string } };
  return ref.object.sha;
}
