import { expect, test } from 'vitest';

import { keep, only, portsWith, repository } from '../../test/ports.ts';
import { granted, launched, mona, story } from '../../test/sessions.ts';
import { RefusedError } from '../github/errors.ts';
import type { IssueFacts } from '../github/github.ts';
import { takeLabel } from './take-label.ts';

const labeled = {
  kind: 'issue-labeled',
  ...{ repository, sender: { ...mona, isBot: false }, label: 'reeve:ready' },
  issue: { number: 7, title: 'Owls', isOpen: true },
} as const;

test.each([404, 410])('a label on an issue that is gone (%i) starts nothing and is no failure', async (status) => {
  const { ports, store } = await portsWith({
    github: {
      permissionOf: async () => 'write',
      issue: () => Promise.reject(new RefusedError(`${status}`, { status })),
    },
  });
  expect(await takeLabel(ports, labeled, 'delivery:1')).toBe('the issue is gone');
  expect(await store.sessions.latest(1)).toEqual([]);
});

test('a label on an issue that GitHub does not show for another reason is looked at again', async () => {
  const refused = new RefusedError('403', { status: 403 });
  const { ports } = await portsWith({
    github: { permissionOf: async () => 'write', issue: () => Promise.reject(refused) },
  });
  await expect(takeLabel(ports, labeled, 'delivery:1')).rejects.toBe(refused);
});

test.each([
  { name: 'by somebody who may write', permission: 'write', labels: ['reeve:never'], note: 'moved', state: 'stopped' },
  {
    name: 'by somebody who may not',
    permission: 'triage',
    labels: ['reeve:never'],
    note: 'not permitted',
    state: 'working',
  },
  { name: 'that is gone again', permission: 'write', labels: [], note: 'the label is gone again', state: 'working' },
] as const)('reeve:never on an issue with work, $name', async ({ permission, labels, note, state }) => {
  const { ports, store } = await portsWith({
    github: { permissionOf: async () => permission, issue: async () => only<IssueFacts>('issue', { labels }) },
  });
  const id = await keep(ports, story(granted, launched()));
  const never = { ...labeled, label: 'reeve:never', issue: { ...labeled.issue, isOpen: false } };
  expect(await takeLabel(ports, never, 'delivery:1')).toBe(note);
  const stopped = { why: 'forbidden', by: mona };
  expect(await store.sessions.get(id)).toMatchObject({ state, ...(state === 'stopped' && stopped) });
});
