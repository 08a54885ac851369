import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { broke, granted, launched, story } from '../../test/sessions.ts';
import type { SessionId } from '../domain/ids.ts';
import type { Mirror } from '../runs/mirror.ts';
import type { Workspaces } from '../runs/workspaces/workspace.ts';
import { settleSession } from './settle-session.ts';
import { verifyHome } from './verify-home.ts';

const TEN_MINUTES_MS = 600_000;

/** A failed session with a workspace, whose agent is gone. */
async function failed(importRun: Mirror['importRun']) {
  const session = story(granted, launched(), broke('crashed', 'exit 1'));
  const kept: string[] = [];
  const workspaces = new Set<SessionId>([session.id]);
  const world = await portsWith({
    runs: { stop: async () => 'ended' },
    openMirror: async () => only<Mirror>('mirror', { importRun, preserve: async (_, sha) => void kept.push(sha) }),
    workspaces: only<Workspaces>('workspaces', {
      list: async () => [...workspaces],
      pathOf: (id) => `/workspaces/${id}`,
      remove: async (id) => void workspaces.delete(id),
    }),
  });
  await keep(world.ports, session);
  world.time.now = session.changedAt;
  const settle = () => settleSession(world.ports, session);
  const isSettled = async () => (await world.store.sessions.get(session.id))?.isSettled;
  const problems = async () => (await verifyHome(world.store, { workspaces: async () => [...workspaces] })).problems;
  return { ...world, session, kept, workspaces, settle, isSettled, problems };
}

test('what was not published is kept before the workspace goes', async () => {
  const { kept, workspaces, settle, isSettled, problems } = await failed(async () => ({
    outcome: 'imported',
    head: 'a',
  }));
  await settle();
  expect({ kept, workspaces: workspaces.size, isSettled: await isSettled() }).toEqual({
    ...{ kept: ['a'], workspaces: 0, isSettled: true },
  });
  expect(await problems()).toEqual([]);
});

test('a workspace whose work cannot be kept is left, named, and in nobody’s way after a time', async () => {
  const { session, time, workspaces, settle, isSettled, problems } = await failed(() =>
    Promise.reject(new Error('The mirror is broken.')),
  );
  time.now = session.changedAt + TEN_MINUTES_MS - 1;
  await expect(settle()).rejects.toThrow('The mirror is broken.');
  expect(await isSettled()).toBe(false);
  time.now += 1;
  await settle();
  expect({ workspaces: [...workspaces], isSettled: await isSettled() }).toEqual({
    ...{ workspaces: [session.id], isSettled: true },
  });
  expect(await problems()).toEqual([
    `The workspace of ${session.id} is left over although its session has ended; it may hold work that is kept nowhere else.`,
  ]);
});
