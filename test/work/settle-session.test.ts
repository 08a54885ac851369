import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

import { reeveRefs } from '../../src/runs/mirror/refs.ts';
import { settleSession } from '../../src/work/settle-session.ts';
import { verifyHome } from '../../src/work/verify-home.ts';
import { openWorld } from '../ports.ts';
import { commit, git } from '../repositories.ts';
import { broke, granted, launched } from '../sessions.ts';

const TEN_MINUTES_MS = 600_000;

/** A failed session whose agent is gone; the workspace holds its work. */
async function failed() {
  const world = await openWorld();
  const { ports, store } = world;
  const session = await world.session(granted, launched(), broke('timed-out', 'too long'));
  const head = commit(await world.workspace(session), { 'work.txt': 'one\n' });
  const mirror = await ports.openMirror(session.repositoryId);
  const workspaces = () => ports.workspaces.list();
  return {
    ...{ ...world, session, head, mirrorPath: mirror.path, workspaces },
    settle: () => settleSession(ports, session),
    kept: () => git(mirror.path, ['rev-parse', '--verify', reeveRefs.preserved(session.id)]),
    isSettled: async () => (await world.stored(session.id)).isSettled,
    problems: async () => (await verifyHome(store, { workspaces })).problems,
  };
}

test('what was not published is kept before the workspace goes', async () => {
  const { head, kept, workspaces, settle, isSettled, problems } = await failed();
  await settle();
  expect(kept()).toBe(head);
  expect({ workspaces: await workspaces(), isSettled: await isSettled() }).toEqual({ workspaces: [], isSettled: true });
  expect(await problems()).toEqual([]);
});

type Failed = Awaited<ReturnType<typeof failed>>;

test.each<[string, (world: Failed) => void, RegExp]>([
  [
    'its name in the mirror is taken',
    ({ session, mirrorPath }) => {
      const inTheWay = join(mirrorPath, reeveRefs.preserved(session.id), 'left-over.lock');
      mkdirSync(dirname(inTheWay), { recursive: true });
      writeFileSync(inTheWay, '');
    },
    /cannot lock ref/,
  ],
  ['our mirror is damaged', ({ mirrorPath }) => writeFileSync(join(mirrorPath, 'config'), '[damaged'), /bad config/],
  [
    'the clone lost its commits',
    ({ ports, session }) =>
      rmSync(join(ports.workspaces.pathOf(session.id), 'repo/.git/refs/heads'), { recursive: true }),
    /holds no commit/,
  ],
])('work that cannot be kept, because %s, is left, named, and in nobody’s way after a time', async (_, harm, error) => {
  const world = await failed();
  const { session, time, workspaces, settle, isSettled, problems } = world;
  harm(world);
  time.now = session.changedAt + TEN_MINUTES_MS - 1;
  await expect(settle()).rejects.toThrow(error);
  expect(await isSettled()).toBe(false);
  time.now += 1;
  await settle();
  expect({ workspaces: await workspaces(), isSettled: await isSettled() }).toEqual({
    ...{ workspaces: [session.id], isSettled: true },
  });
  expect(await problems()).toEqual([
    `The workspace of ${session.id} is left over although its session has ended; it may hold work that is kept nowhere else.`,
  ]);
});

test('an agent that cannot be ended holds up its issue for a time only, and keeps its workspace', async () => {
  const { ports, session, time, isSettled, workspaces } = await failed();
  const immortal = { ...ports, runs: { ...ports.runs, stop: async () => 'stopping' as const } };
  time.now = session.changedAt + TEN_MINUTES_MS - 1;
  await settleSession(immortal, session);
  expect(await isSettled()).toBe(false);
  time.now += 1;
  await settleSession(immortal, session);
  expect({ workspaces: await workspaces(), isSettled: await isSettled() }).toEqual({
    ...{ workspaces: [session.id], isSettled: true },
  });
});
