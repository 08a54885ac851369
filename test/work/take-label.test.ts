import { expect, test } from 'vitest';

import { takeLabel } from '../../src/work/take-label.ts';
import { openWorld, REPO, type World } from '../ports.ts';

test.each<[string, (world: World) => unknown, string]>([
  ['as the delivery says', ({ person }) => person.labels(1), 'opened'],
  ['closed', ({ person }) => person.labels(1).then(() => person.closes(1)), 'the issue is not open any more'],
  [
    'deleted',
    ({ control }) =>
      control.addFault({
        kind: 'status',
        path: `/repos/${REPO}/issues/1`,
        status: 410,
        message: 'This issue was deleted',
      }),
    'the issue is not open any more',
  ],
  ['not labelled any more', () => {}, 'the label is gone again'],
])('a late word that an issue was labelled, and it is %s', async (_, happens, note) => {
  const world = await openWorld();
  const { ports, repository, mona } = world;
  await happens(world);
  const issue = { number: 1, title: 'Owls', isOpen: true };
  const event = { kind: 'issue-labeled', repository, issue, label: 'reeve:ready' } as const;
  expect(await takeLabel(ports, { ...event, sender: { ...mona, isBot: false } }, 'delivery:1')).toBe(note);
});
