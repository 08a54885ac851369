import { expect, test } from 'vitest';

import { issue, keep, only, portsWith, repository } from '../../test/ports.ts';
import {
  broke,
  finished,
  granted,
  HEAD,
  judged,
  launched,
  mona,
  published,
  START,
  story,
} from '../../test/sessions.ts';
import type { IssueFacts } from '../github/github.ts';
import { hearButton } from './hear-button.ts';
import { moveSession } from './move-session.ts';
import { openWork } from './open-work.ts';

const merged = { kind: 'pull-merged', by: mona, at: START } as const;

async function ended(facts: Partial<IssueFacts> = { isOpen: true, labels: [] }) {
  const world = await portsWith({
    github: { permissionOf: async () => 'write', issue: async () => only<IssueFacts>('issue', facts) },
  });
  const { ports, store } = world;
  const id = await keep(ports, story(granted, launched(), broke('crashed', 'exit 1')));
  const event = { repository, sender: { ...mona, isBot: false }, headSha: 'a', externalId: id, action: 'retry' };
  const press = (cause = 'delivery:1') => hearButton(ports, { kind: 'check-action-requested', ...event }, cause);
  const latest = async () => (await store.sessions.ofIssue(issue.repositoryId, issue.issueNumber))?.id;
  return { ...world, id, press, latest };
}

test('the button retries what failed', async () => {
  const { id, press, latest } = await ended();
  expect(await press()).toBe('retry obeyed');
  expect(await latest()).not.toBe(id);
});

test.each([
  ['is closed', { isOpen: false, labels: [] }, 'The issue is closed. Open it again first.'],
  [
    'carries reeve:never',
    { isOpen: true, labels: ['reeve:never'] },
    'The issue carries the label `reeve:never`. Remove it first.',
  ],
])('no work begins on an issue that %s', async (_, facts, note) => {
  const { id, press, latest } = await ended(facts);
  expect(await press()).toBe(note);
  expect(await latest()).toBe(id);
});

test('the button on the check run of an earlier session starts nothing beside or after the newer one', async () => {
  const { ports, press, latest } = await ended();
  const { session } = await openWork(ports, { ...issue, title: 'Owls', by: mona, cause: 'comment:1' });
  const done = story(granted, launched(), finished('Done.'), judged(), published());
  await ports.store.sessions.change(session.id, 'test', (before) => ({
    outcome: 'moved',
    session: { ...done, id: before.id, version: before.version + 1 },
    effects: [],
  }));
  await moveSession(ports, session.id, 'delivery:2', merged);
  expect(await press('delivery:3')).toBe('the button of an earlier session');
  expect(await latest()).toBe(session.id);
});

test('a re-run of all checks of a commit, which names none of them, retries the work at that commit', async () => {
  const { ports, store } = await portsWith({ github: { permissionOf: async () => 'write' } });
  const id = await keep(ports, story(granted, launched(), finished('Done.'), judged(), published()));
  const rerun = (headSha: string, cause: string) => {
    const sender = { ...mona, isBot: false };
    return hearButton(ports, { kind: 'check-rerequested', repository, sender, headSha, externalId: null }, cause);
  };
  expect(await rerun('f'.repeat(40), 'delivery:1')).toBe('not a check run of ours');
  expect(await rerun(HEAD, 'delivery:2')).toBe('retry obeyed');
  expect(await store.sessions.get(id)).toMatchObject({ state: 'queued' });
});
