import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { wishOnce } from '../../src/domain/effect/effect.ts';
import { deliveryId, runIdOf, type RunId } from '../../src/domain/ids.ts';
import { runDirectoryOf } from '../../src/runs/run-directory.ts';
import { compareRepositories, nothingCompared } from '../../src/work/compare-repositories.ts';
import { lookAtHome } from '../../src/work/look-at-home.ts';
import { removeOld } from '../../src/work/remove-old.ts';
import { settleSession } from '../../src/work/settle-session.ts';
import { verifyHome } from '../../src/work/verify-home.ts';
import { openCompared } from '../compared.ts';
import { openWorld } from '../ports.ts';
import { granted, launched, mona as person } from '../sessions.ts';

const stopped = { kind: 'stop-requested', by: person } as const;
const DAY_MS = 86_400_000;
const keep = { keepMs: 90 * DAY_MS, signal: new AbortController().signal };

test('after its term all that is over is gone, and what still counts is there', async () => {
  const { ports, store, time, home, repository, session, stored, mona } = await openWorld();
  const { id } = await session(granted, launched(), stopped);
  const directory = (run: RunId): string => runDirectoryOf(home, run).path;
  const elsewhere = join(home, 'elsewhere');
  await mkdir(elsewhere);
  await writeFile(join(elsewhere, 'kept'), '');
  await settleSession(ports, await stored(id));
  const run = runIdOf(id, 1);
  await symlink(elsewhere, join(directory(run), 'link'));
  const other = directory(runIdOf(id, 2)); // of nobody
  await mkdir(other);
  for (let number = 0; number < 250; number += 1) {
    const delivery = deliveryId(`d-${number}`);
    await store.deliveries.receive({ id: delivery, event: 'issues', payload: '{}', receivedAt: time.now });
    await store.deliveries.end(delivery, 'processed', '');
  }
  const reply = { kind: 'reply', onNumber: 1, reply: { topic: 'help', to: mona } } as const;
  const effect = wishOnce({ repositoryId: repository.id, issueNumber: 1 }, 'comment:1', reply);
  await store.outbox.add([effect], time.now);
  await store.outbox.done(effect.key, { remoteId: '7', at: time.now });

  time.now += 90 * DAY_MS - 10_000;
  await removeOld(ports, keep);
  expect(await store.deliveries.count()).toMatchObject({ processed: 250 });
  expect(existsSync(directory(run))).toBe(true);
  expect((await lookAtHome(store, time.now)).removed).toBeNull();

  time.now += 20_000;
  await removeOld(ports, keep);
  expect(await store.deliveries.count()).toMatchObject({ processed: 0 });
  expect(await store.outbox.count()).toMatchObject({ done: 0 });
  expect([directory(run), other, join(elsewhere, 'kept')].map((path) => existsSync(path))).toEqual([false, true, true]);
  expect(await store.sessions.history(id)).toEqual([]);
  const { removed, sessions } = await lookAtHome(store, time.now);
  expect(removed).toEqual({ at: time.now, deliveries: 250, effects: 1, facts: 0, sessions: 1, runs: 1 });
  expect(sessions).toMatchObject([{ id, state: 'stopped' }]);
  const { holds, problems } = await verifyHome(store, { workspaces: () => ports.workspaces.list() });
  expect({ holds, problems }).toEqual({ holds: true, problems: [] });

  time.now += 1_000;
  await removeOld(ports, keep);
  expect((await lookAtHome(store, time.now)).removed).toEqual(removed); // there was nothing more
});

test('a session whose directory cannot be removed keeps its history until the next pass', async () => {
  const { ports, store, time, session, stored } = await openWorld();
  const { id } = await session(granted, launched(), stopped);
  await settleSession(ports, await stored(id));
  time.now += 91 * DAY_MS;
  const remove = (): Promise<void> => Promise.reject(new Error('EACCES'));
  await removeOld({ ...ports, runs: { ...ports.runs, remove } }, keep);
  expect(await store.sessions.history(id)).not.toEqual([]);
  expect((await lookAtHome(store, time.now)).removed).toBeNull();
  await removeOld(ports, keep);
  expect(await store.sessions.history(id)).toEqual([]);
});

test('what was heard and is forgotten is not taken for new by a comparison', async () => {
  const { ports, store, time, person, listen, route, round, passes } = await openCompared();
  await round(); // from now on what happens here concerns us
  await listen();
  await person.comments(1, '/reeve help');
  await route();
  expect(await store.outbox.count()).toMatchObject({ pending: 1 });
  expect(await round()).toBe(0);
  const heardAt = time.now;
  passes(91 * DAY_MS);
  await removeOld(ports, keep);
  expect(await store.cursors.get('forgotten')).toBeGreaterThan(heardAt);
  await compareRepositories(ports, nothingCompared, { everyMs: 0 });
  expect(await store.deliveries.count()).toMatchObject({ waiting: 0 });
});
