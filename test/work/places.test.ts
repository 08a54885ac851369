import { expect, test } from 'vitest';

import { wishOnce } from '../../src/domain/effect/effect.ts';
import type { ClosureReason } from '../../src/domain/place.ts';
import { advanceSession } from '../../src/work/advance-session.ts';
import { routeDelivery } from '../../src/work/route-delivery.ts';
import { acme, all, HOUR_MS, issues, only, openWork, phases, type Act } from '../phases.ts';
import { openWorld, REPO } from '../ports.ts';
import { finished, granted, launched } from '../sessions.ts';
import { readDelivery } from '../routing.ts';

const untouched = Object.keys(phases);

test.each<[string, readonly Act[], object]>([
  ['is renamed', [{ ...acme, do: 'rename-repository', name: 'store' }], { name: 'store' }],
  [
    'gets another default branch',
    [
      { ...acme, do: 'push', branch: 'trunk', files: { 'a.txt': 'a\n' }, message: 'Begin a trunk' },
      { ...acme, do: 'change-default-branch', branch: 'trunk' },
    ],
    { defaultBranch: 'trunk' },
  ],
  [
    'has its default branch renamed',
    [{ ...acme, do: 'rename-branch', branch: 'main', name: 'trunk' }],
    { defaultBranch: 'trunk' },
  ],
  ['is made private', [{ ...acme, do: 'privatize-repository' }], {}],
])('a repository that %s: the work goes on, told or not', async (_, acts, names) => {
  for (const isTold of [true, false]) {
    const world = await openWork({ isTold });
    const { act, wishCards, route, perform, states, verify, store, repository, time } = world;
    await wishCards();
    await act(...acts);
    await route();
    await perform();
    time.now += HOUR_MS;
    await perform();
    const known = await store.repositories.get(repository.id);
    expect(known).toEqual({ ...repository, ...(isTold || 'name' in names ? names : {}) });
    expect(await states()).toEqual(untouched);
    expect(await verify()).toMatchObject({
      effects: { pending: 0, failed: 0, revoked: 0, done: issues.length },
      problems: [],
    });
    // A delivery from before is old: what GitHub says now counts.
    await world.deliverOld();
    expect((await store.repositories.get(repository.id))?.name).toBe('name' in names ? names.name : 'shop');
  }
});

test('a repository that is transferred to where the App is: work ends, and may begin anew there', async () => {
  const { act, control, route, perform, states, store, repository, verify } = await openWork({ isTold: true });
  await control.addRepository({ owner: 'zoo', name: 'cage', collaborators: { mona: 'write' }, installed: false });
  await act({ as: 'zoo', repo: 'zoo/cage', do: 'install', all: true });
  await act({ ...acme, do: 'transfer-repository', to: 'zoo' });
  await route();
  // Which of the two deliveries comes first, that it left or that it arrived, GitHub does not promise.
  expect(await states()).toEqual(issues.map(() => expect.stringMatching(/^repository-(transferred|out-of-reach)$/)));
  expect(await store.repositories.get(repository.id)).toMatchObject({ owner: 'zoo', name: 'shop' });
  await act({ as: 'zoo', repo: 'zoo/shop', do: 'label', number: 1, label: 'reeve:ready' });
  await route();
  expect((await store.sessions.ofIssue(repository.id, 1))?.state).toBe('queued');
  await perform();
  expect(control.thread('zoo/shop', 2).comments[0]?.body).toContain('### Reeve · Stopped: the repository');
  expect(await verify()).toMatchObject({ effects: { pending: 0, failed: 0 }, problems: [] });
});

test('a late word that the App was suspended, and it is not: the work goes on', async () => {
  const { act, route, states, emulator, control } = await openWork({ isTold: true });
  await act({ ...acme, do: 'suspend' }, { ...acme, do: 'unsuspend' });
  await emulator.settled();
  await route();
  expect(control.deliveries().map(({ action }) => action)).toContain('suspend');
  expect(await states()).toEqual(untouched);
});

test('the App is suspended while GitHub does not answer: the work ends at once, and the word is heard again', async () => {
  const { act, route, states, control, store, time, ports, repository } = await openWork({ isTold: true });
  control.addFault({ kind: 'status', method: 'GET', path: '/app/installations/*', status: 502 });
  await act({ ...acme, do: 'suspend' });
  await route();
  expect(await states()).toEqual(all('app-suspended'));
  expect(await store.deliveries.count()).toMatchObject({ waiting: 1 });
  expect(await ports.store.places.closureOf(repository.id, 1)).toBeNull();
  time.now += HOUR_MS;
  await route();
  expect(await ports.store.places.closureOf(repository.id, 1)).toMatchObject({ why: 'app-suspended' });
});

test('a reply in a pull request that was locked is given up, and is no fault of the work', async () => {
  const { states, store, control, perform, verify, person, repository, time, mona } = await openWork({ isTold: false });
  await person.pushes('owls', { 'owl.txt': 'hoo\n' }, 'Wake the owls');
  const pull = { as: 'mona', repo: REPO, title: 'Owls', head: 'owls', base: 'main' } as const;
  const { number } = (await control.act({ ...pull, do: 'open-pull' })) as { readonly number: number };
  await control.act({ ...acme, do: 'lock', number });
  const reply = { kind: 'reply', onNumber: number, reply: { topic: 'help', to: mona } } as const;
  await store.outbox.add([wishOnce({ repositoryId: repository.id, issueNumber: 6 }, 'comment:1', reply)], time.now);
  await perform();
  expect(await states()).toEqual(untouched);
  expect(await verify()).toMatchObject({ effects: { pending: 0, revoked: 1 }, problems: [] });
});

test('work that was begun just as its place closed ends with its next step', async () => {
  const { store, ports, repository, states, stored } = await openWork({ isTold: false });
  await store.places.close({ kind: 'repository', repositoryId: repository.id }, { why: 'repository-archived', at: 1 });
  for (const id of await store.sessions.inStates(['preparing', 'working', 'publishing', 'retrying'], 9)) {
    await advanceSession(ports, id.id);
    expect(await stored(id.id)).toMatchObject({ state: 'stopped', why: 'repository-archived' });
  }
  expect((await states()).filter((state) => state === 'repository-archived')).toHaveLength(4);
});

test.each<[string, Act, ClosureReason]>([
  ['suspended', { ...acme, do: 'suspend' }, 'app-suspended'],
  ['out of reach', { ...acme, do: 'deselect' }, 'repository-out-of-reach'],
  ['deleted', { ...acme, do: 'delete-repository' }, 'repository-out-of-reach'],
])('a run is prepared in a place that is %s, of which nobody told: the work ends there', async (_, happens, why) => {
  const { ports, store, repository, act, stored } = await openWork({ isTold: false });
  const { id } = (await store.sessions.ofIssue(repository.id, 2))!;
  await act(happens);
  await advanceSession(ports, id);
  expect(await stored(id)).toMatchObject({ state: 'stopped', why });
});

test('a run is prepared in a repository that was renamed, of which nobody told: the next look knows the name', async () => {
  const { ports, store, repository, act, stored } = await openWork({ isTold: false });
  const { id } = (await store.sessions.ofIssue(repository.id, 2))!;
  await act({ ...acme, do: 'rename-repository', name: 'store' });
  await advanceSession(ports, id);
  expect(await stored(id)).toMatchObject({ state: 'preparing' });
  expect(await store.repositories.get(repository.id)).toMatchObject({ name: 'store' });
});

test('a repository that was renamed keeps its name, whichever of two deliveries is routed first, or both at once', async () => {
  const { ports, store, control, act, repository, mona } = await openWork({ isTold: false });
  const user = { ...mona, type: 'User' };
  const route = (id: number, names: readonly string[]) =>
    Promise.all(
      names.map((name) => {
        const payload = JSON.stringify({
          ...{
            action: 'created',
            issue: { number: 1, title: 'Owls', state: 'open' },
            sender: user,
            comment: { id: 1, body: 'Well,', user, created_at: '2026-11-20T09:12:00Z' },
          },
          repository: { id, name, owner: { login: 'acme' }, default_branch: 'main' },
          installation: { id: repository.installationId },
        });
        return routeDelivery(ports, readDelivery('issue_comment', payload));
      }),
    );
  for (const [index, order] of [[['old'], ['new']], [['new'], ['old']], [['old', 'new']], [['new', 'old']]].entries()) {
    const { id } = await control.addRepository({
      owner: 'acme',
      name: `old-${index}`,
      collaborators: { mona: 'write' },
    });
    await act({ ...acme, repo: `acme/old-${index}`, do: 'rename-repository', name: `new-${index}` });
    for (const names of order) {
      const named = names.map((name) => `${name}-${index}`);
      await route(id, named);
    }
    expect(await store.repositories.get(id)).toMatchObject({ name: `new-${index}` });
  }
});

test('an issue that was transferred, of which nobody told, is not read where it is now', async () => {
  const { ports, control, act, repository, states, mona } = await openWork({ isTold: false });
  await control.addRepository({ owner: 'acme', name: 'attic' });
  await act(
    { as: 'mona', repo: REPO, number: 3, do: 'label', label: 'reeve:ready' },
    { ...acme, number: 3, do: 'transfer-issue', to: 'acme/attic' },
  );
  const payload = JSON.stringify({
    ...{ action: 'labeled', label: { name: 'reeve:ready' }, sender: { ...mona, type: 'User' } },
    ...{ installation: { id: repository.installationId }, issue: { number: 3, title: 'Owls', state: 'open' } },
    repository: { id: repository.id, name: 'shop', owner: { login: 'acme' }, default_branch: 'main' },
  });
  await routeDelivery(ports, readDelivery('issues', payload)).catch(() => {});
  expect(await states()).toEqual(only(3, 'issue-transferred'));
});

test('the default branch is renamed during a run: its work is judged against the new name', async () => {
  const { ports, session, workspace, work, control, store, repository, stored } = await openWorld();
  const { id } = await session(granted, launched(), finished('Done.'));
  await work(await stored(id), await workspace(await stored(id)), 'work\n');
  await control.act({ ...acme, do: 'rename-branch', branch: 'main', name: 'trunk' });
  await store.repositories.see({ ...repository, defaultBranch: 'trunk' });
  await advanceSession(ports, id);
  expect(await stored(id)).toMatchObject({ state: 'publishing', step: { kind: 'pushing' } });
});
