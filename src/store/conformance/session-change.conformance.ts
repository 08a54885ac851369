import { beforeEach, expect, test, vi } from 'vitest';

import { runIdOf, sessionId } from '../../domain/ids.ts';
import type { Transition } from '../../domain/session/move.ts';
import type { Session, SessionEvent } from '../../domain/session/session.ts';
import { transition } from '../../domain/session/transition.ts';
import type { SessionStore } from '../store.ts';
import type { Place } from './place.conformance.ts';
import { ada, open, steps } from './stories.conformance.ts';

type Decide = Parameters<SessionStore['change']>[2];

/** The one way in which a session changes. */
export function describeSessionChange({ store, reopen }: Place): void {
  let opened: Session;
  beforeEach(async () => {
    opened = await open(store(), 7);
  });
  const on = (event: SessionEvent) => (session: Session) => transition(session, event);
  const grant = (cause: string, decide = on({ kind: 'slot-granted', at: 2_000 })): Promise<Transition> =>
    store().sessions.change(opened.id, cause, decide);

  test('a change stores the session and its effects together', async () => {
    const result = await grant('slot:1');
    expect(result).toMatchObject({ outcome: 'moved', session: { state: 'preparing', version: 2 } });
    const moved = result.outcome === 'moved' ? result : null;
    expect(await (await reopen()).sessions.get(opened.id)).toEqual(moved?.session);
    const [first] = await store().outbox.claim({ now: 0, limit: 1 });
    expect(first?.effect).toEqual(moved?.effects[0]);
  });

  test('decide gets the session as it is stored', async () => {
    const decide = vi.fn<Decide>(on({ kind: 'slot-granted', at: 2_000 }));
    await grant('slot:1', decide);
    expect(decide.mock.calls).toEqual([[opened]]);
  });

  test('what is ignored changes nothing, and its cause is not used up', async () => {
    const progress = { kind: 'run-progressed', runId: runIdOf(opened.id, 1), text: 'x', at: 2_000 } as const;
    expect(await grant('run:1', on(progress))).toEqual({ outcome: 'ignored', why: 'stale' });
    expect(await store().sessions.get(opened.id)).toEqual(opened);
    expect(await store().sessions.history(opened.id)).toHaveLength(1);
    expect(await grant('run:1')).toMatchObject({ outcome: 'moved' });
  });

  test('a cause moves a session at most once: later it is ignored without asking', async () => {
    await grant('comment:1');
    const decide = vi.fn<Decide>(on({ kind: 'stop-requested', by: ada, at: 3_000 }));
    expect(await grant('comment:1', decide)).toEqual({ outcome: 'ignored', why: 'stale' });
    expect(decide).not.toHaveBeenCalled();
    expect(await grant('comment:2', decide)).toMatchObject({ outcome: 'moved' });
  });

  test('the cause that opened a session does not move it as well', async () => {
    expect(await grant('delivery:1')).toEqual({ outcome: 'ignored', why: 'stale' });
  });

  test('what a cause did is known of the whole issue, whichever session it opened or moved', async () => {
    const { repositoryId, issueNumber } = opened;
    const has = (cause: string, place = { repositoryId, issueNumber }) => store().sessions.hasCaused(place, cause);
    expect([await has('delivery:1'), await has('comment:1')]).toEqual([true, false]);
    await grant('comment:1', on({ kind: 'stop-requested', by: ada, at: 3_000 }));
    await store().sessions.open(opened, 'delivery:2', ({ ordinal }) => ({
      session: { ...opened, id: sessionId(`5-7-${ordinal}`) },
      effects: [],
    }));
    expect([await has('delivery:1'), await has('comment:1'), await has('delivery:2')]).toEqual([true, true, true]);
    expect(await has('comment:1', { repositoryId, issueNumber: issueNumber + 1 })).toBe(false);
    expect(await has('comment:1', { repositoryId: repositoryId + 1, issueNumber })).toBe(false);
  });

  test('one cause may move two sessions', async () => {
    const other = await open(store(), 8);
    await grant('comment:1');
    const change = store().sessions.change(other.id, 'comment:1', on({ kind: 'slot-granted', at: 2_000 }));
    expect(await change).toMatchObject({ outcome: 'moved' });
  });

  test('of changes at the same time each sees the one before', async () => {
    const [first, again, stop] = await Promise.all([
      grant('a'),
      grant('b'),
      grant('c', on({ kind: 'stop-requested', by: ada, at: 3_000 })),
    ]);
    expect(first).toMatchObject({ outcome: 'moved', session: { version: 2 } });
    expect(again).toMatchObject({ outcome: 'ignored' });
    expect(stop).toMatchObject({ outcome: 'moved', session: { version: 3, state: 'stopped' } });
  });

  test('a decision that throws stores nothing', async () => {
    const broken = grant('a', () => {
      throw new Error('bug');
    });
    await expect(broken).rejects.toThrow('bug');
    expect(await store().sessions.get(opened.id)).toEqual(opened);
    expect(await store().sessions.history(opened.id)).toHaveLength(1);
    expect(await store().outbox.count()).toMatchObject({ superseded: 0, pending: 2 });
  });

  test.each([
    ['the same version', (session: Session): Session => session],
    ['two versions on', (session: Session): Session => ({ ...session, version: session.version + 2 })],
    ['another session', (session: Session): Session => ({ ...session, id: sessionId('x'), version: 2 })],
  ])('an answer that is not the next version of the session throws: %s', async (_, wrong) => {
    const broken = grant('a', (session) => ({ outcome: 'moved', session: wrong(session), effects: [] }));
    await expect(broken).rejects.toThrow('cannot become');
    expect(await store().sessions.get(opened.id)).toEqual(opened);
  });

  test('a session that is not there is the caller’s mistake', async () => {
    const change = store().sessions.change(sessionId('nope'), 'a', on({ kind: 'slot-granted', at: 1 }));
    await expect(change).rejects.toMatchObject({ name: 'UserError', code: 'session-not-found' });
  });

  test('the history tells what opened and moved a session, oldest first', async () => {
    await grant('slot:1');
    await grant('comment:9', on({ kind: 'stop-requested', by: ada, at: 3_000 }));
    await grant('sweep:1', on({ ...steps.settled, at: 4_000 }));
    const issue = `${opened.repositoryId}/7`;
    const keys = (version: number): string[] =>
      ['card', 'labels'].map((kind) => `${opened.id}/${version}/${kind}:${issue}`);
    expect(await (await reopen()).sessions.history(opened.id)).toEqual([
      { version: 1, cause: 'delivery:1', from: null, to: 'queued', at: 1_000, effects: keys(1) },
      { version: 2, cause: 'slot:1', from: 'queued', to: 'preparing', at: 2_000, effects: keys(2) },
      { version: 3, cause: 'comment:9', from: 'preparing', to: 'stopped', at: 3_000, effects: keys(3) },
      { version: 4, cause: 'sweep:1', from: 'stopped', to: 'stopped', at: 4_000, effects: [] },
    ]);
  });
}
