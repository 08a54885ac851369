import { expect, test } from 'vitest';

import { hearIssueClosed, hearPullClosed } from '../../src/work/hear-closed.ts';
import { openWorld, REPO, type World } from '../ports.ts';
import { finished, granted, judged, launched } from '../sessions.ts';

type Happens = (world: World, pull: number) => unknown;

const goneFor =
  (status: number, path: string): Happens =>
  ({ control }) =>
    control.addFault({ kind: 'status', path, status, message: 'Gone', times: null });

test.each<[string, Happens, string]>([
  ['open again', () => {}, 'working'],
  ['still closed', ({ person }) => person.closes(1), 'stopped'],
  ['gone', goneFor(410, `/repos/${REPO}/issues/1`), 'stopped'],
])('a late word that the issue was closed, and it is %s', async (_, happens, state) => {
  const world = await openWorld();
  const { ports, repository, mona, session, stored } = world;
  const { id } = await session(granted, launched());
  await happens(world, 0);
  const issue = { number: 1, title: 'Owls', isOpen: false };
  const event = { kind: 'issue-closed', repository, issue, sender: { ...mona, isBot: false } } as const;
  await hearIssueClosed(ports, event, 'delivery:1');
  expect(await stored(id)).toMatchObject({ state });
});

test.each<[string, Happens, string]>([
  ['open again', () => {}, 'reviewing'],
  ['still closed', ({ person }, pull) => person.closesPull(pull), 'stopped'],
  ['merged since', ({ person }, pull) => person.merges(pull), 'done'],
  ['gone', goneFor(404, `/repos/${REPO}/pulls/*`), 'stopped'],
])('a late word that the pull request was closed, and it is %s', async (_, happens, state) => {
  const world = await openWorld();
  const { ports, control, repository, mona, session, stored, tell } = world;
  const { id, branch } = await session(granted, launched(), finished('Done.'));
  const as = { as: 'mona', repo: REPO } as const;
  await control.act({ ...as, do: 'push', branch, files: { 'owl.txt': 'hoo\n' }, message: 'Wake the owls' });
  const { number } = (await control.act({ ...as, do: 'open-pull', title: 'Owls', head: branch, base: 'main' })) as {
    number: number;
  };
  const headSha = control.thread(REPO, number).pull?.headSha ?? '';
  await tell(id, judged(1, headSha), { kind: 'published', pull: { number, headSha } });
  await happens(world, number);
  const closed = { kind: 'pull-closed', pullNumber: number, isMerged: false, mergedBy: null } as const;
  await hearPullClosed(ports, { ...closed, repository, sender: { ...mona, isBot: false } }, 'delivery:1');
  expect(await stored(id)).toMatchObject({ state });
});
