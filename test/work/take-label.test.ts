import { expect, test } from 'vitest';

import type { IncomingEvent } from '../../src/domain/event/incoming.ts';
import type { SessionEvent } from '../../src/domain/session/session.ts';
import { RefusedError } from '../../src/github/errors.ts';
import { performEffects } from '../../src/work/perform-effects.ts';
import { takeLabel } from '../../src/work/take-label.ts';
import { openWorld, REPO, type World } from '../ports.ts';
import { ownComments } from '../reeve/comments.ts';
import { asked, broke, granted, launched, type Told } from '../sessions.ts';

const paused = { kind: 'pause-requested', by: { id: 11, login: 'mona' } } as const;
const stopped = { ...broke('crashed', ''), reason: 'stopped' } as const;

type Labeled = Extract<IncomingEvent, { kind: 'issue-labeled' }>;

/** Somebody who may write labelled issue #1, as its delivery says. */
function labeled({ repository, mona }: World, changes: Partial<Labeled> = {}): Labeled {
  const issue = { number: 1, title: 'Owls', isOpen: true };
  const event = { kind: 'issue-labeled', repository, issue, label: 'reeve:ready' } as const;
  return { ...event, sender: { ...mona, isBot: false }, ...changes };
}

/** GitHub answers a look at issue #1 like this, once. */
function answers({ control }: World, status: number, message: string): void {
  control.addFault({ kind: 'status', method: 'GET', path: `/repos/${REPO}/issues/1`, status, message });
}

test.each<[string, (world: World) => unknown, string, readonly string[]]>([
  ['as the delivery says', ({ person }) => person.labels(1), 'opened', ['queued']],
  ['closed', ({ person }) => person.labels(1).then(() => person.closes(1)), 'the issue is not open any more', []],
  ['not to be found', (world) => answers(world, 404, 'Not Found'), 'the issue is gone', []],
  ['deleted', (world) => answers(world, 410, 'This issue was deleted'), 'the issue is gone', []],
  ['not labelled any more', () => {}, 'the label is gone again', []],
])('a late word that an issue was labelled, and it is %s', async (_, happens, note, states) => {
  const world = await openWorld();
  await happens(world);
  expect(await takeLabel(world.ports, labeled(world), 'delivery:1')).toBe(note);
  expect((await world.store.sessions.latest(1)).map(({ state }) => state)).toEqual(states);
});

test('a label on an issue that GitHub does not show for another reason is looked at again', async () => {
  const world = await openWorld();
  const { ports, person } = world;
  await person.labels(1);
  answers(world, 403, 'Resource not accessible by integration');
  const refused = expect.objectContaining({ name: RefusedError.name, status: 403 }) as Error;
  await expect(takeLabel(ports, labeled(world), 'delivery:1')).rejects.toThrow(refused);
  expect(await takeLabel(ports, labeled(world), 'delivery:1')).toBe('opened');
});

test.each<[string, (world: World) => unknown, string, object]>([
  [
    'by somebody who may write',
    ({ person }) => person.labels(1, 'reeve:never'),
    'moved',
    { state: 'stopped', why: 'forbidden', by: { login: 'mona' } },
  ],
  [
    'by somebody who may not',
    async ({ person, control }) => {
      await person.labels(1, 'reeve:never');
      await control.act({ as: 'acme', do: 'set-role', repo: REPO, login: 'mona', role: 'triage' });
    },
    'not permitted',
    { state: 'working' },
  ],
  [
    'that is gone again',
    ({ person }) => person.labels(1, 'reeve:never').then(() => person.unlabels(1, 'reeve:never')),
    'the label is gone again',
    { state: 'working' },
  ],
])('reeve:never on an issue with work, %s', async (_, happens, note, state) => {
  const world = await openWorld();
  const { id } = await world.session(granted, launched());
  await happens(world);
  const never = labeled(world, { label: 'reeve:never', issue: { number: 1, title: 'Owls', isOpen: false } });
  expect(await takeLabel(world.ports, never, 'delivery:1')).toBe(note);
  expect(await world.stored(id)).toMatchObject(state);
});

test.each<[string, readonly Told<SessionEvent>[], string | null]>([
  ['is paused', [granted, launched(), paused, stopped], '`/reeve resume` goes on'],
  ['is being paused', [granted, launched(), paused], '`/reeve resume` goes on'],
  ['waits for an answer', [granted, launched(), asked('Which?')], 'answer the question'],
  ['goes on by itself', [granted, launched()], null],
])('reeve:ready on an issue whose work %s is answered once, if it asks in vain', async (_, told, says) => {
  const world = await openWorld();
  await world.session(...told);
  await world.person.labels(1);
  const note = await takeLabel(world.ports, labeled(world), 'delivery:1');
  expect(await takeLabel(world.ports, labeled(world), 'delivery:1')).toBe(note);
  expect(note).toBe(says === null ? 'already-open' : 'replied: label-not-now');
  await performEffects(world.ports, new AbortController().signal);
  const replies = ownComments(world.control.thread(REPO, 1)).filter(({ kind }) => kind === 'reply');
  expect(replies).toHaveLength(says === null ? 0 : 1);
  expect(replies.map(({ body }) => body).join()).toContain(says ?? '');
});
