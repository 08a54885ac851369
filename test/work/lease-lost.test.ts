import { EventEmitter, once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';

import { wish, wishOnce } from '../../src/domain/effect/effect.ts';
import { deliveryId, runIdOf } from '../../src/domain/ids.ts';
import { RefusedError } from '../../src/github/errors.ts';
import { LeaseLostError } from '../../src/lib/errors.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { prepareRun } from '../../src/work/prepare-run.ts';
import { routeDeliveries } from '../../src/work/route-deliveries.ts';
import { eventually, openWorld } from '../ports.ts';
import { routingTo } from '../routing.ts';
import { finished, granted, judged, launched } from '../sessions.ts';

const { signal } = new AbortController();
const ada = { id: 7, login: 'ada', type: 'User' };
/** Somebody labelled an issue. */
const LABELED = JSON.stringify({
  ...{ action: 'labeled', label: { name: 'reeve:ready' }, sender: ada, installation: { id: 1 } },
  ...{ issue: { number: 1, title: 'Owls', state: 'open' } },
  repository: { id: 5, name: 'shop', owner: { login: 'acme' }, default_branch: 'main' },
});

/** A world whose server can lose its lease at any moment. */
async function open() {
  const world = await openWorld();
  const takeOver = (): Store => {
    const next = openSqliteStore({ path: join(world.home, 'reeve.db'), claim: { release: () => {} } });
    onTestFinished(() => next.close());
    return next;
  };
  return { ...world, takeOver };
}

test('lost between taking an effect and sending it: nothing is sent, and no try is counted', async () => {
  const { ports, store, person, repository, time, sent, control, takeOver } = await open();
  const commentId = await person.comments(1, 'Please.');
  const place = { repositoryId: repository.id, issueNumber: 1 };
  await store.outbox.add([wishOnce(place, 'c', { kind: 'react', commentId, content: 'rocket' })], time.now);
  await ports.github.issue(repository, 1); // and so has a token
  let next: Store | null = null;
  const claim: Store['outbox']['claim'] = async (options) => {
    const claimed = await store.outbox.claim(options);
    next ??= takeOver();
    return claimed;
  };
  const losing = { ...ports, store: { ...store, outbox: { ...store.outbox, claim } } };
  await expect(performEffects(losing, signal)).rejects.toThrow(LeaseLostError);
  expect(sent('POST', /reactions/)).toBe(0);
  expect(control.thread('acme/shop', 1).comments.flatMap(({ reactions }) => reactions)).toEqual([]);
  expect(await takeOver().outbox.count()).toMatchObject({ sending: 1, failed: 0, done: 0 });
});

/** A world with checked commits to push. */
async function openToPush() {
  const world = await open();
  const { store, session, tell, workspace, work, time } = world;
  const begun = await session(granted, launched(), finished('Done.'));
  const head = await work(begun, await workspace(begun), 'one\n');
  const body = { kind: 'publish', sessionId: begun.id, runId: runIdOf(begun.id, 1), head } as const;
  await store.outbox.add([wish(await tell(begun.id, judged(1, head)), body)], time.now);
  return world;
}

test('held up before a push, with a lease that is live: that is no try, and the next look goes on', async () => {
  const { ports, store, time, sent } = await openToPush();
  const heldUp = { ...ports, mayWrite: () => Promise.reject(new LeaseLostError('held up')) };
  await expect(performEffects(heldUp, signal)).rejects.toThrow('held up');
  expect(await store.outbox.claim({ now: time.now, limit: 9 })).toMatchObject([{ attempts: 0, mayBeDone: true }]);
  await performEffects(ports, signal);
  expect(await store.outbox.count()).toMatchObject({ sending: 0, failed: 0 });
  expect(sent('POST', /git-receive-pack/)).toBe(1);
});

test('held up while others are taken: it is heard all the same, and ends the call', async () => {
  const { ports, store, time, person, repository } = await open();
  for (const issueNumber of [1, 2]) {
    const commentId = await person.comments(issueNumber, 'Please.');
    const place = { repositoryId: repository.id, issueNumber };
    await store.outbox.add([wishOnce(place, 'c', { kind: 'react', commentId, content: 'rocket' })], time.now);
  }
  const heard = new EventEmitter();
  const [taking, lost] = [once(heard, 'taking'), once(heard, 'lost')];
  let takes = 0;
  const claim: Store['outbox']['claim'] = async (options) => {
    takes += 1;
    if (takes === 1) return store.outbox.claim(options);
    heard.emit('taking');
    await lost;
    await setImmediate(); // now it has been heard
    return [];
  };
  const closureOf: Store['places']['closureOf'] = async (repositoryId, issueNumber) => {
    if (issueNumber === 1) return store.places.closureOf(repositoryId, issueNumber);
    await taking;
    heard.emit('lost');
    throw new LeaseLostError('held up');
  };
  const { outbox, places } = store;
  const losing = { ...ports, store: { ...store, outbox: { ...outbox, claim }, places: { ...places, closureOf } } };
  await expect(performEffects(losing, signal)).rejects.toThrow('held up');
  expect(await store.outbox.count()).toMatchObject({ done: 1, sending: 0, unknown: 1 });
});

test('lost before a push: git is not started', async () => {
  const { ports, sent, takeOver } = await openToPush();
  const gitAccess: typeof ports.github.gitAccess = async (...of) => {
    const access = await ports.github.gitAccess(...of);
    takeOver();
    return access;
  };
  const github: typeof ports.github = { ...ports.github, gitAccess, as: () => github };
  const losing = { ...ports, github };
  await expect(performEffects(losing, signal)).rejects.toThrow(LeaseLostError);
  expect(sent('POST', /git-receive-pack/)).toBe(0);
  expect(sent('GET', /git-receive-pack/)).toBe(0);
});

test('lost before a redelivery is asked for: it is not, and nothing else is asked either', async () => {
  const { ports, repository, sent, takeOver } = await open();
  await ports.github.issue(repository, 1);
  takeOver();
  await expect(ports.github.redeliver(1)).rejects.toThrow(LeaseLostError);
  expect(sent('POST', /\/attempts$/)).toBe(0);
  await expect(ports.github.issue(repository, 1)).rejects.toThrow(LeaseLostError);
});

test('lost while a delivery is routed: nothing of it is written, and the next server has it', async () => {
  const { ports, store, time, takeOver } = await open();
  const id = deliveryId('d-1');
  await store.deliveries.receive({ id, event: 'issues', payload: LABELED, receivedAt: time.now });
  let next: Store | null = null;
  const deliver = async (): Promise<string> => {
    next = takeOver();
    return 'heard';
  };
  await expect(routeDeliveries(ports, routingTo(deliver), signal)).rejects.toThrow(LeaseLostError);
  const waiting = await next!.deliveries.waiting({ now: time.now, limit: 9 });
  expect(waiting).toMatchObject([{ id, attempts: 1 }]); // counted before it began, and not taken back by whoever may not write
});

test('a look at the lease that came too late counts no try of a delivery either', async () => {
  const { ports, store, time } = await open();
  await store.deliveries.receive({ id: deliveryId('d-1'), event: 'issues', payload: LABELED, receivedAt: time.now });
  const deliver = (): Promise<never> => Promise.reject(new LeaseLostError('held up'));
  await expect(routeDeliveries(ports, routingTo(deliver), signal)).rejects.toThrow('held up');
  expect(await store.deliveries.waiting({ now: time.now, limit: 9 })).toMatchObject([{ attempts: 0 }]);
});

test('lost while a run is prepared: its run, which the next server may have launched, is not stopped', async () => {
  const { ports, session, takeOver } = await open();
  const preparing = await session(granted);
  if (preparing.state !== 'preparing') throw new Error('It should be preparing.');
  takeOver(); // before the first token, which is a write to GitHub
  let stops = 0;
  const stop: typeof ports.runs.stop = async (...of) => {
    stops += 1;
    return ports.runs.stop(...of);
  };
  const losing = { ...ports, runs: { ...ports.runs, stop } };
  await expect(prepareRun(losing, preparing)).rejects.toThrow(LeaseLostError);
  expect(stops).toBe(0);
});

test('lost just before the launch: its host is sent away with nothing, and the run is left to the next server', async () => {
  const { ports, session, takeOver, store, home } = await open();
  const preparing = await session(granted);
  if (preparing.state !== 'preparing') throw new Error('It should be preparing.');
  const get: Store['sessions']['get'] = async (id) => {
    const latest = await store.sessions.get(id); // the last look before the launch, made by whoever slept right after it
    takeOver();
    return latest;
  };
  const losing = { ...ports, store: { ...store, sessions: { ...store.sessions, get } } };
  await expect(prepareRun(losing, preparing)).rejects.toThrow(LeaseLostError);
  await eventually(async () => expect(await ports.leftovers.withProcesses()).toEqual([]));
  const { request, lock, hostLog } = runDirectoryOf(home, preparing.runId);
  expect([existsSync(request), existsSync(lock), readFileSync(hostLog, 'utf8')]).toEqual([false, false, '']);
  expect(await takeOver().sessions.get(preparing.id)).toMatchObject({ state: 'preparing', version: preparing.version });
});

test('lost while one looks why a launch failed: that stops no run either', async () => {
  const { ports, session, takeOver } = await open();
  const preparing = await session(granted);
  if (preparing.state !== 'preparing') throw new Error('It should be preparing.');
  let stops = 0;
  const stop: typeof ports.runs.stop = async (...of) => {
    stops += 1;
    return ports.runs.stop(...of);
  };
  const gitAccess: typeof ports.github.gitAccess = async () => {
    takeOver();
    throw new RefusedError('Not Found', { status: 404 });
  };
  const losing = { ...ports, github: { ...ports.github, gitAccess }, runs: { ...ports.runs, stop } };
  await expect(prepareRun(losing, preparing)).rejects.toThrow(LeaseLostError);
  expect(stops).toBe(0);
});
