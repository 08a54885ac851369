import { describe, expect, test, vi } from 'vitest';

import { sessionId, type SessionId } from '../../domain/ids.ts';
import type { StateName } from '../../domain/session/session.ts';
import type { SessionStore } from '../store.ts';
import type { Place } from './place.conformance.ts';
import {
  ada,
  beginning,
  happen,
  head,
  open,
  openPull,
  repositoryId,
  steps,
  type Happening,
} from './stories.conformance.ts';

type Build = Parameters<SessionStore['open']>[2];

const { slot, launched, progress, lost, crashed, asked, answered, finished, held, push, published, merged } = steps;
const toReview = (id: SessionId): Happening[] => [slot, launched(id), finished(id), push(id), published(31)];

// One way into each state, so that each is stored and read at least once with everything it carries.
const ways: readonly (readonly [StateName, (id: SessionId) => readonly Happening[]])[] = [
  ['queued', () => []],
  ['queued', (id) => [slot, launched(id), asked(id), answered]],
  ['preparing', () => [slot]],
  ['working', (id) => [slot, launched(id)]],
  ['working', (id) => [slot, launched(id), progress(id)]],
  ['waiting', (id) => [slot, launched(id), asked(id)]],
  ['waiting', (id) => [slot, launched(id), finished(id), held(id)]],
  ['publishing', (id) => [slot, launched(id), finished(id)]],
  ['publishing', (id) => [slot, launched(id), finished(id), push(id)]],
  ['reviewing', toReview],
  ['retrying', (id) => [slot, launched(id), lost(id)]],
  ['done', (id) => [...toReview(id), merged]],
  ['done', (id) => [...toReview(id), { kind: 'pull-merged', by: null }, steps.settled]],
  ['failed', (id) => [slot, launched(id), crashed(id)]],
  ['stopped', () => [steps.stopped]],
  ['stopped', () => [{ kind: 'issue-closed', by: null }]],
  ['stopped', () => [{ kind: 'work-forbidden', by: ada }]],
];

/** Opening sessions, and finding them. */
export function describeSessions({ store, reopen }: Place): void {
  describe('what was stored comes back', () => {
    test.each(ways)('%s, after %s', async (state, way) => {
      const { id } = await open(store(), 7);
      const before = await happen(store(), id, ...way(id));
      expect(before.state).toBe(state);
      expect(await (await reopen()).sessions.get(id)).toEqual(before);
    });
  });

  test('of the queued those are left out that stand in a repository, or in one that an installation reaches', async () => {
    const { repositories, sessions } = store();
    const ids: SessionId[] = [];
    for (const [id, installationId] of [
      [repositoryId, 1],
      [6, 1],
      [7, 2],
    ] as const) {
      await repositories.see({ id, owner: 'forest', name: `owls-${id}`, defaultBranch: 'main', installationId });
      const issue = { repositoryId: id, issueNumber: 1 };
      const { session } = await sessions.open(issue, 'label:1', () => {
        const opened = beginning(1, { at: 9_000 - ids.length });
        return { ...opened, session: { ...opened.session, repositoryId: id, id: sessionId(`${id}-1-1`) }, effects: [] };
      });
      ids.push(session.id);
    }
    const queued = async (exceptRepositories: readonly number[], exceptInstallations: readonly number[], limit = 9) =>
      (await sessions.queued({ limit, exceptRepositories, exceptInstallations })).map(({ id }) => id);
    const [first, second, third] = ids;
    expect(await queued([], [])).toEqual([third, second, first]);
    expect(await queued([], [], 1)).toEqual([third]);
    expect(await queued([7], [])).toEqual([second, first]);
    expect(await queued([6], [2])).toEqual([first]);
    expect(await queued([], [1, 2])).toEqual([]);
  });

  test('a session that is not there is null', async () => {
    expect(await store().sessions.get(sessionId('5-7-1'))).toBeNull();
    expect(await store().sessions.ofIssue(repositoryId, 7)).toBeNull();
    expect(await store().sessions.ofPull(repositoryId, 7)).toBeNull();
    expect(await store().sessions.ofHead(repositoryId, head)).toBeNull();
    expect(await store().sessions.history(sessionId('5-7-1'))).toEqual([]);
  });

  describeOpening({ store, reopen });

  test('an issue gives its latest session', async () => {
    const old = await open(store(), 7, { cause: 'a' });
    await happen(store(), old.id, steps.stopped);
    const latest = await open(store(), 7, { cause: 'b' });
    await open(store(), 8);
    expect(await store().sessions.ofIssue(repositoryId, 7)).toEqual(latest);
    expect(await store().sessions.ofIssue(repositoryId + 1, 7)).toBeNull();
  });

  test('a pull request gives its session, whatever became of it', async () => {
    const session = await openPull(store(), 7, 31);
    await openPull(store(), 8, 32);
    expect(await store().sessions.ofPull(repositoryId, 31)).toEqual(session);
    const done = await happen(store(), session.id, merged);
    expect(await store().sessions.ofPull(repositoryId, 31)).toEqual(done);
    expect(await store().sessions.ofPull(repositoryId + 1, 31)).toBeNull();
  });

  test('a commit gives the latest session whose pull request is at it', async () => {
    const [one, two] = [await openPull(store(), 7, 31), await openPull(store(), 8, 32)];
    await open(store(), 9);
    expect(await store().sessions.ofHead(repositoryId, head)).toEqual(two);
    expect(await store().sessions.ofHead(repositoryId + 1, head)).toBeNull();
    const moved = 'b'.repeat(40);
    await store().sessions.change(one.id, 'test:moved', (session) => ({
      outcome: 'moved',
      session: { ...session, pull: { number: 31, headSha: moved }, version: session.version + 1 },
      effects: [],
    }));
    expect(await store().sessions.ofHead(repositoryId, moved)).toMatchObject({ id: one.id });
    expect(await store().sessions.ofHead(repositoryId, head)).toEqual(two);
  });

  test('sessions in states come longest unchanged first, and no more than asked for', async () => {
    const [one, two, three] = [await open(store(), 1), await open(store(), 2), await open(store(), 3)];
    await happen(store(), two.id, { ...slot, at: 9_000 });
    await happen(store(), one.id, { ...slot, at: 9_500 });
    const ids = async (states: readonly StateName[], limit = 10): Promise<readonly string[]> =>
      (await store().sessions.inStates(states, limit)).map(({ id }) => id);
    expect(await ids(['queued', 'preparing'])).toEqual([three.id, two.id, one.id]);
    expect(await ids(['preparing'])).toEqual([two.id, one.id]);
    expect(await ids(['preparing'], 1)).toEqual([two.id]);
    expect(await ids([])).toEqual([]);
  });

  test('unsettled are the final ones that are not cleaned up after', async () => {
    const [one, two] = [await open(store(), 1), await open(store(), 2), await open(store(), 3)];
    await happen(store(), two.id, { ...steps.stopped, at: 9_000 });
    await happen(store(), one.id, { ...steps.stopped, at: 9_500 });
    expect((await store().sessions.unsettled(10)).map(({ id }) => id)).toEqual([two.id, one.id]);
    expect(await store().sessions.unsettled(1)).toHaveLength(1);
    await happen(store(), two.id, steps.settled);
    expect((await store().sessions.unsettled(10)).map(({ id }) => id)).toEqual([one.id]);
  });

  test('the latest come newest first', async () => {
    const [one, two] = [await open(store(), 1), await open(store(), 2)];
    await happen(store(), one.id, slot);
    expect((await store().sessions.latest(10)).map(({ id }) => id)).toEqual([two.id, one.id]);
    expect((await store().sessions.latest(1)).map(({ id }) => id)).toEqual([two.id]);
  });
}

function describeOpening({ store }: Place): void {
  const issue = { repositoryId, issueNumber: 7 };

  test('the first session of an issue has ordinal 1 and none before it', async () => {
    const build = vi.fn<Build>(() => beginning(7));
    const { outcome, session } = await store().sessions.open(issue, 'delivery:1', build);
    expect(build).toHaveBeenCalledExactlyOnceWith({ ordinal: 1, previous: null });
    expect({ outcome, session }).toEqual({ outcome: 'opened', session: beginning(7).session });
  });

  test('session and effects are one step', async () => {
    await open(store(), 7);
    expect((await store().outbox.claim({ now: 0, limit: 9 })).map(({ effect }) => effect)).toEqual([
      beginning(7).effects[0],
    ]);
    expect(await store().outbox.count()).toMatchObject({ pending: 1, sending: 1 });
  });

  test('an issue has at most one session that is not final', async () => {
    const first = await open(store(), 7, { cause: 'a' });
    const build = vi.fn<Build>(() => beginning(7, { ordinal: 2 }));
    expect(await store().sessions.open(issue, 'b', build)).toEqual({ outcome: 'already-open', session: first });
    expect(build).not.toHaveBeenCalled();
    const many = await Promise.all(
      ['c', 'd', 'e'].map((cause) => store().sessions.open({ ...issue, issueNumber: 8 }, cause, () => beginning(8))),
    );
    expect(many.map(({ outcome }) => outcome).sort()).toEqual(['already-open', 'already-open', 'opened']);
  });

  test('after a final session the next one knows its ordinal and the one before', async () => {
    const first = await open(store(), 7, { cause: 'a' });
    const stopped = await happen(store(), first.id, steps.stopped);
    const build = vi.fn<Build>(() => beginning(7, { ordinal: 2 }));
    const { outcome } = await store().sessions.open(issue, 'b', build);
    expect(outcome).toBe('opened');
    expect(build).toHaveBeenCalledExactlyOnceWith({ ordinal: 2, previous: stopped });
  });

  test('a cause opens one session, also when that has ended long since', async () => {
    const first = await open(store(), 7, { cause: 'delivery:1' });
    const stopped = await happen(store(), first.id, steps.stopped);
    const build = vi.fn<Build>(() => beginning(7, { ordinal: 2 }));
    expect(await store().sessions.open(issue, 'delivery:1', build)).toEqual({ outcome: 'opened', session: stopped });
    expect(build).not.toHaveBeenCalled();
    expect(await store().sessions.latest(10)).toHaveLength(1);
    expect((await open(store(), 8, { cause: 'delivery:1' })).issueNumber).toBe(8);
  });

  test('a build that throws, or builds something else, stores nothing', async () => {
    const broken = store().sessions.open(issue, 'a', () => {
      throw new Error('bug');
    });
    await expect(broken).rejects.toThrow('bug');
    await expect(store().sessions.open(issue, 'a', () => beginning(8))).rejects.toThrow('not a beginning');
    const opened = beginning(7);
    const final = { ...opened.session, state: 'stopped', why: 'person', by: ada } as const;
    await expect(
      store().sessions.open(issue, 'a', () => ({ session: final, effects: opened.effects })),
    ).rejects.toThrow('not a beginning');
    expect(await store().sessions.latest(10)).toEqual([]);
    expect(await store().outbox.count()).toMatchObject({ pending: 0 });
  });
}
