import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { answered, finished, granted, held, HEAD, launched, story } from '../../test/sessions.ts';
import { publishPolicyDefault } from '../config/publish-policy.ts';
import type { DiffFacts } from '../domain/publish/facts.ts';
import { TransientError } from '../lib/errors.ts';
import type { Mirror } from '../runs/mirror.ts';
import { advanceSession } from './advance-session.ts';
import type { Ports, WorkSettings } from './ports.ts';

const submodule = { path: 'lib', status: 'added', kind: 'submodule', oldKind: null } as const;
const facts = (head: string): DiffFacts => ({
  ...{
    base: 'b',
    head,
    commits: [],
    additions: 0,
    deletions: 0,
    isDescendant: true,
    isComplete: true,
    secretPaths: [],
  },
  files: [{ ...submodule, sizeBytes: null, symlinkTarget: null, isBinary: false, isInTip: true }],
});
const toCheck = [granted, launched(), finished('Done.')] as const;
const approved = [...toCheck, held(['It adds a submodule.']), answered('a', 0)] as const;

async function checking(session: ReturnType<typeof story>, importRun: Mirror['importRun']) {
  const mirror: Partial<Mirror> = {
    importRun,
    mergeBase: async () => 'b',
    diffFacts: async ({ head }) => facts(head),
    withTrailer: async () => 'f'.repeat(40),
  };
  const world = await portsWith({
    openMirror: async () => only('mirror', mirror),
    github: { me: async () => ({ id: 1, login: 'reeve[bot]', appId: 1 }) },
    workspaces: only<Ports['workspaces']>('workspaces', { pathOf: () => '/w' }),
    settings: only<WorkSettings>('settings', { publishPolicy: publishPolicyDefault }),
  });
  const id = await keep(world.ports, session);
  const stored = () => world.store.sessions.get(id);
  return { stored, look: () => advanceSession(world.ports, id) };
}

test.each([
  ['goes out as it was seen', HEAD, { state: 'publishing', step: { kind: 'pushing' } }],
  ['is held again when it is not what was seen', 'e'.repeat(40), { state: 'waiting', on: { kind: 'hold', number: 2 } }],
])('work that a person let pass %s', async (_, head, state) => {
  const { stored, look } = await checking(story(...approved), async () => ({ outcome: 'imported', head }));
  await look();
  expect(await stored()).toMatchObject(state);
});

test('work that cannot be judged fails its session; an outage is waited for', async () => {
  const errors = [new TransientError('disk full', { retryAt: 0 }), new Error('a damaged mirror')];
  const { stored, look } = await checking(story(...toCheck), () => Promise.reject(errors.shift()));
  await expect(look()).rejects.toThrow('disk full');
  expect(await stored()).toMatchObject({ state: 'publishing' });
  await look();
  expect(await stored()).toMatchObject({ state: 'failed', why: 'cannot-publish', detail: 'a damaged mirror' });
});
