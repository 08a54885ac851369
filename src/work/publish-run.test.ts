import { expect, test } from 'vitest';

import { keep, only, portsWith } from '../../test/ports.ts';
import { finished, granted, HEAD, judged, launched, mona, published, START, story } from '../../test/sessions.ts';
import { wish } from '../domain/effect/effect.ts';
import { runIdOf } from '../domain/ids.ts';
import { RefusedError, UnknownOutcomeError } from '../github/errors.ts';
import type { GitHub, IssueFacts, PullFacts } from '../github/github.ts';
import type { Mirror } from '../runs/mirror.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { publishRun } from './publish-run.ts';

const firstRound = [granted, launched(), finished('Done.'), judged()] as const;
const pull: PullFacts = { number: 9, headSha: HEAD, isOpen: true, isMerged: false, url: '' };

type World = { readonly github?: Partial<GitHub>; readonly duringPush?: (ports: Ports) => Promise<unknown> };

/** A session whose checked commits are to be published in its round `round`. */
async function pushing(session = story(...firstRound), round = 1, { github = {}, duringPush }: World = {}) {
  const made: string[] = [];
  const world = await portsWith({
    github: {
      findPull: async () => null,
      gitAccess: async () => ({ url: 'https://github.test/', authorization: '' }),
      issue: async (_, number) => only<IssueFacts>('issue', { number, title: session.title }),
      async createPull(_, { head }) {
        made.push(head);
        return pull;
      },
      ...github,
    },
    async openMirror() {
      return only<Mirror>('mirror', {
        async push() {
          await duringPush?.(world.ports);
          return { outcome: 'pushed' };
        },
      });
    },
  });
  await keep(world.ports, session);
  const runId = runIdOf(session.id, round);
  const body = { kind: 'publish', sessionId: session.id, runId, head: HEAD } as const;
  const publish = () => publishRun(world.ports, { ...wish(session, body), ...body });
  return { ...world, made, publish, stored: () => world.store.sessions.get(session.id) };
}

test('what is stopped during the push opens no pull request', async () => {
  const session = story(...firstRound);
  const stop = { kind: 'stop-requested', by: mona, at: START } as const;
  const { made, publish, stored } = await pushing(session, 1, {
    duringPush: (ports) => moveSession(ports, session.id, 'comment:1', stop),
  });
  await publish();
  expect(made).toEqual([]);
  expect(await stored()).toMatchObject({ state: 'stopped', pull: null });
});

test.each([
  ['whose answer comes', async () => pull, 1],
  ['whose answer never comes', () => Promise.reject(new UnknownOutcomeError('The connection broke.')), 2],
])('a pull request %s while the session is stopped is known to it', async (_, answer, tries) => {
  const session = story(...firstRound);
  const made: PullFacts[] = [];
  const createPull = async () => {
    made.push(pull);
    await moveSession(world.ports, session.id, 'comment:1', { kind: 'stop-requested', by: mona, at: START });
    return answer();
  };
  const world = await pushing(session, 1, { github: { createPull, findPull: async () => made[0] ?? null } });
  const results = [];
  for (let time = 0; time < tries; time += 1) results.push(await world.publish().catch(() => 'unknown'));
  expect(results.at(-1)).toBe('9');
  expect(await world.stored()).toMatchObject({ state: 'stopped', pull: { number: 9, headSha: HEAD } });
  expect(await world.store.sessions.ofPull(5, 9)).toMatchObject({ id: session.id });
  expect(made).toHaveLength(1);
});

test('a pull request that the list does not show yet is waited for', async () => {
  const taken = new RefusedError('422 A pull request already exists for acme:reeve/7.', { status: 422 });
  const { publish, stored } = await pushing(undefined, 1, { github: { createPull: () => Promise.reject(taken) } });
  await expect(publish()).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
  expect(await stored()).toMatchObject({ state: 'publishing' });
});

test('a merged pull request of an earlier life of the branch does not stand for this work', async () => {
  const merged = { ...pull, number: 2, headSha: 'f'.repeat(40), isOpen: false, isMerged: true };
  const { made, publish, stored } = await pushing(undefined, 1, { github: { findPull: async () => merged } });
  await publish();
  expect(made).toHaveLength(1);
  expect(await stored()).toMatchObject({ state: 'reviewing', pull: { number: 9 } });
});

test('a round that goes back to a commit that was published before ends in review as well', async () => {
  const retry = { kind: 'retry-requested', by: mona } as const;
  const other = 'e'.repeat(40);
  const round = (attempt: number, head: string) =>
    [granted, launched(attempt), finished('Done.', attempt), judged(attempt, head)] as const;
  const second = [published(), retry, ...round(2, other), published(other), retry] as const;
  const session = story(...firstRound, ...second, ...round(3, HEAD));
  const { store, publish, stored } = await pushing(session, 3, { github: { findPull: async () => pull } });
  for (const cause of [`published:${HEAD}`, `published:${runIdOf(session.id, 1)}`]) {
    await store.sessions.change(session.id, cause, (before) => ({
      outcome: 'moved',
      session: { ...before, version: before.version + 1 },
      effects: [],
    }));
  }
  await publish();
  expect(await stored()).toMatchObject({ state: 'reviewing', pull: { headSha: HEAD } });
});
