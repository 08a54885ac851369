import { expect, test } from 'vitest';

import { hearButton } from '../../src/work/hear-button.ts';
import { moveSession } from '../../src/work/move-session.ts';
import { openWork } from '../../src/work/open-work.ts';
import { openWorld, REPO, type World } from '../ports.ts';
import { broke, finished, granted, judged, launched, published } from '../sessions.ts';

/** A session that failed, and its button. */
async function ended() {
  const world = await openWorld();
  const { ports, store, repository, mona } = world;
  const { id } = await world.session(granted, launched(), broke('timed-out', 'too long'));
  const event = { repository, sender: { ...mona, isBot: false }, headSha: 'a', externalId: id, action: 'retry' };
  const press = (cause = 'delivery:1') => hearButton(ports, { kind: 'check-action-requested', ...event }, cause);
  const latest = async () => (await store.sessions.ofIssue(repository.id, 1))?.id;
  return { ...world, id, press, latest };
}

test('the button retries what failed', async () => {
  const { id, press, latest } = await ended();
  expect(await press()).toBe('retry obeyed');
  expect(await latest()).not.toBe(id);
});

test.each<[string, (world: World) => unknown, string]>([
  ['is closed', ({ person }) => person.closes(1), 'The issue is closed. Open it again first.'],
  [
    'carries reeve:never',
    ({ person }) => person.labels(1, 'reeve:never'),
    'The issue carries the label `reeve:never`. Remove it first.',
  ],
  [
    'is deleted',
    ({ control }) =>
      control.addFault({
        kind: 'status',
        path: `/repos/${REPO}/issues/1`,
        status: 410,
        message: 'This issue was deleted',
      }),
    'The issue is gone.',
  ],
])('no work begins on an issue that %s', async (_, happens, note) => {
  const world = await ended();
  const { id, press, latest } = world;
  await happens(world);
  expect(await press()).toBe(note);
  expect(await latest()).toBe(id);
});

test('the button on the check run of an earlier session starts nothing beside or after the newer one', async () => {
  const { ports, press, latest, tell, mona, repository, time } = await ended();
  const place = { repositoryId: repository.id, issueNumber: 1 };
  const { session } = await openWork(ports, { ...place, title: 'Owls', by: mona, cause: 'comment:1' });
  expect(await press('delivery:2')).toBe('the button of an earlier session');
  await tell(session.id, granted, launched(), finished('Done.'), judged(), published());
  await moveSession(ports, session.id, 'delivery:3', { kind: 'pull-merged', by: mona, at: time.now });
  expect(await press('delivery:4')).toBe('the button of an earlier session');
  expect(await latest()).toBe(session.id);
});

test('a re-run of all checks of a commit, which names none of them, retries the work at that commit', async () => {
  const { ports, control, repository, mona, person, session, tell, stored } = await openWorld();
  const { id, branch } = await session(granted, launched(), finished('Done.'));
  await person.pushes(branch, { 'owl.txt': 'hoo\n' }, 'Wake the owls');
  const pull = { as: 'mona', do: 'open-pull', repo: REPO, title: 'Owls', head: branch, base: 'main' } as const;
  const { number } = (await control.act(pull)) as { number: number };
  const head = control.thread(REPO, number).pull?.headSha ?? '';
  await tell(id, judged(1, head), { kind: 'published', pull: { number, headSha: head } });
  const rerun = (headSha: string, cause: string) => {
    const event = { kind: 'check-rerequested', repository, headSha, externalId: null } as const;
    return hearButton(ports, { ...event, sender: { ...mona, isBot: false } }, cause);
  };
  expect(await rerun('f'.repeat(40), 'delivery:1')).toBe('not a check run of ours');
  expect(await stored(id)).toMatchObject({ state: 'reviewing' });
  expect(await rerun(head, 'delivery:2')).toBe('retry obeyed');
  expect(await stored(id)).toMatchObject({ state: 'queued' });
});
