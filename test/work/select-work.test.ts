import { join } from 'node:path';

import Database from 'better-sqlite3';
import { expect, test } from 'vitest';

import type { SessionId } from '../../src/domain/ids.ts';
import { lookAtHome } from '../../src/work/look-at-home.ts';
import { moveSession } from '../../src/work/move-session.ts';
import { openWork } from '../../src/work/open-work.ts';
import { selectWork } from '../../src/work/select-work.ts';
import { waitsForText } from '../../src/render/waits-for.ts';
import { openWorld } from '../ports.ts';
import { asked, granted, launched } from '../sessions.ts';

test('a retry after a stop waits until the agent that was stopped is surely gone', async () => {
  const { ports, repository, mona, time, stored, ...world } = await openWorld();
  const first = await world.session(granted, launched());
  await moveSession(ports, first.id, 'comment:1', { kind: 'stop-requested', by: mona, at: time.now });
  const again = { repositoryId: repository.id, issueNumber: 1, title: 'Owls', by: mona, cause: 'comment:2' };
  const { session } = await openWork(ports, { ...again, retryOf: first.id });

  await selectWork(ports);
  expect(await stored(session.id)).toMatchObject({ state: 'queued' });
  await moveSession(ports, first.id, 'settled', { kind: 'settled', at: time.now });
  await selectWork(ports);
  expect(await stored(session.id)).toMatchObject({ state: 'preparing' });
});

test('a repository at its cap holds up no other, and gets its next slot when one is free', async () => {
  const { ports, store, repository, mona, stored, tell } = await openWorld({ slots: 3, slotsPerRepository: 1 });
  await store.repositories.see({ ...repository, id: 99, name: 'other' });
  const place = (repositoryId: number, issueNumber: number) => ({ repositoryId, issueNumber, title: 'Owls', by: mona });
  const sessions: SessionId[] = [];
  for (const where of [place(repository.id, 1), place(repository.id, 2), place(99, 1)]) {
    sessions.push((await openWork(ports, { ...where, cause: 'label:1' })).session.id);
  }
  const states = async () => Promise.all(sessions.map(async (id) => (await stored(id)).state));
  await selectWork(ports);
  expect(await states()).toEqual(['preparing', 'queued', 'preparing']);
  await tell(sessions[0]!, launched(), asked('Which owl?'));
  await selectWork(ports);
  expect(await states()).toEqual(['waiting', 'preparing', 'preparing']);
});

test('while the machine is short of something no slot is given, those whose turn it is say so, and keep their turn', async () => {
  const { ports, store, repository, mona, stored, time } = await openWorld({ slots: 1 });
  const open = async (issueNumber: number) => {
    time.now += 1_000;
    const where = { repositoryId: repository.id, issueNumber, title: 'Owls', by: mona, cause: `label:${issueNumber}` };
    return (await openWork(ports, where)).session;
  };
  const [first, second] = [await open(1), await open(2)];
  const lacks = 'This machine is short of memory (ENOMEM).';
  const short = { ...ports, capacity: { ...ports.capacity, whyNot: () => lacks } };
  time.now += 1_000;
  await selectWork(short);
  const told = await stored(first.id);
  expect(told).toMatchObject({ state: 'queued', lacks, changedAt: first.changedAt });
  expect(waitsForText(told)).toBe('this machine: short of memory (ENOMEM)');
  await selectWork(short);
  expect((await stored(first.id)).version).toBe(told.version); // it is said once
  expect(await stored(second.id)).toEqual(second); // it waits for a slot
  await selectWork(ports);
  expect((await store.sessions.inStates(['preparing'], 9)).map(({ id }) => id)).toEqual([first.id]);
});

test('a session that this program cannot read stands still, is named, and holds up no other', async () => {
  const { ports, store, home, repository, mona, stored, time } = await openWorld({ slots: 3 });
  const open = async (issueNumber: number): Promise<SessionId> => {
    const where = { repositoryId: repository.id, issueNumber, title: 'Owls', by: mona, cause: `label:${issueNumber}` };
    return (await openWork(ports, where)).session.id;
  };
  const first = await open(1);
  await selectWork(ports);
  const db = new Database(join(home, 'reeve.db'));
  db.prepare(`update sessions set body = json_set(body, '$.later', 1) where id = ?`).run(first);
  db.close();
  const second = await open(2);
  await selectWork(ports);
  expect(await stored(second)).toMatchObject({ state: 'preparing' });
  const { sessions, warnings } = await lookAtHome(store, time.now);
  expect(sessions.map(({ id }) => id)).toEqual([second]);
  expect(warnings).toEqual([expect.stringContaining(`The session ${first} stands still. The store holds`)]);
});
