import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { LEASE_TTL_MS } from '../../domain/lease/lease.ts';
import { nothingSpent } from '../../domain/limits/limits.ts';
import { settle, type Reservation } from '../../domain/budget/budget.ts';
import { deliveryId, effectKey, runIdOf, sessionIdOf } from '../../domain/ids.ts';
import { LeaseLostError } from '../../lib/errors.ts';
import type { Store } from '../store.ts';
import { beginning, open, repositoryId } from './stories.conformance.ts';
import { refusal } from './wishes.conformance.ts';

/** A place with several openings of one store. */
export type LeasePlace = {
  /** `now` is the store's clock. `hasProof`: it is known that the holder before is gone. */
  readonly open: (options: { readonly now: () => number; readonly hasProof?: boolean }) => Promise<Store>;
};

type Part = Exclude<keyof Store, 'lease' | 'close' | 'checkWritable'>;
type Call = (store: Store) => Promise<unknown>;
/** Every verb of every part, so that a new one cannot be forgotten: this file does not compile without it. */
type Verbs = { readonly [Name in Part]: { readonly [Verb in keyof Store[Name]]: { reads: Call } | { writes: Call } } };

const id = deliveryId('d-1');
const stored = deliveryId('d-0');
const key = effectKey('reply:1');
const session = sessionIdOf(repositoryId, 1, 1);
const at = 1_000;
const place = { kind: 'repository', repositoryId } as const;

const spender = { runId: runIdOf(session, 1), sessionId: session, repositoryId, at };
const reservation: Reservation = {
  ...{ costMicroUsd: 1, tokens: 1, agentMs: 1 },
  bounds: { costMicroUsd: 'run', tokens: 'run', agentMs: 'run' },
};

const verbs: Verbs = {
  deliveries: {
    receive: { writes: (s) => s.deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt: at }) },
    known: { reads: (s) => s.deliveries.known([id]) },
    fate: { reads: (s) => s.deliveries.fate(stored) },
    waiting: { reads: (s) => s.deliveries.waiting({ now: at, limit: 9 }) },
    claim: { writes: (s) => s.deliveries.claim({ now: at, liveSince: 0, limit: 9, backlogMin: 0 }) },
    payload: { reads: (s) => s.deliveries.payload(stored) },
    putBack: { writes: (s) => s.deliveries.putBack(id, { retryAt: at }) },
    concern: { writes: (s) => s.deliveries.concern(id, { repositoryId, issueNumber: 1 }) },
    recover: { writes: (s) => s.deliveries.recover() },
    blame: { writes: (s) => s.deliveries.blame({ retryAt: at, crashesMax: 5, reason: '' }) },
    setAside: { reads: (s) => s.deliveries.setAside(9) },
    replay: { writes: (s) => s.deliveries.replay(id) },
    end: { writes: (s) => s.deliveries.end(id, 'processed', '') },
    defer: { writes: (s) => s.deliveries.defer(id, { retryAt: at, error: '', isFault: true }) },
    count: { reads: (s) => s.deliveries.count() },
  },
  repositories: {
    see: {
      writes: (s) =>
        s.repositories.see({ id: 5, owner: 'forest', name: 'owls', defaultBranch: 'main', installationId: 9 }),
    },
    meet: {
      writes: (s) =>
        s.repositories.meet({ id: 6, owner: 'forest', name: 'larks', defaultBranch: 'main', installationId: 9 }),
    },
    get: { reads: (s) => s.repositories.get(5) },
    named: { reads: (s) => s.repositories.named('forest', 'owls') },
    ofInstallation: { reads: (s) => s.repositories.ofInstallation(9, { afterId: 0, limit: 9 }) },
  },
  places: {
    close: { writes: (s) => s.places.close(place, { why: 'app-suspended', at }) },
    open: { writes: (s) => s.places.open(place) },
    closureOf: { reads: (s) => s.places.closureOf(repositoryId, 1) },
  },
  cursors: {
    get: { reads: (s) => s.cursors.get('home') },
    advance: { writes: (s) => s.cursors.advance('sweep', at) },
  },
  facts: {
    isHeard: { reads: (s) => s.facts.isHeard('comment:1') },
    markHeard: { writes: (s) => s.facts.markHeard('comment:1', at) },
  },
  configs: {
    get: { reads: (s) => s.configs.get(1) },
    put: { writes: (s) => s.configs.put(1, { config: null, mistakes: [] }) },
  },
  retention: {
    remove: { writes: (s) => s.retention.remove({ before: at, limit: 9 }) },
    due: { reads: (s) => s.retention.due({ before: at, limit: 9 }) },
    retire: { writes: (s) => s.retention.retire(session, { at }) },
    note: { writes: (s) => s.retention.note({ at, deliveries: 1, effects: 1, facts: 1, sessions: 1, runs: 1 }) },
    last: { reads: (s) => s.retention.last() },
  },
  judgements: {
    suspicion: { reads: (s) => s.judgements.suspicion(session) },
    suspicions: { reads: (s) => s.judgements.suspicions() },
    note: { writes: (s) => s.judgements.note(session, { suspicion: null, judgement: null }) },
    ofSession: { reads: (s) => s.judgements.ofSession(session, 9) },
  },
  budget: {
    reserve: { writes: (s) => s.budget.reserve(spender, () => ({ outcome: 'reserved', reservation })) },
    settle: { writes: (s) => s.budget.settle(spender.runId, settle(reservation, null)) },
    release: { writes: (s) => s.budget.release(spender.runId) },
    open: { reads: (s) => s.budget.open(9) },
    grant: {
      writes: (s) => s.budget.grant('q1', { spender, scope: 'session', measure: 'tokens', amount: 1, sumMax: null }),
    },
  },
  limits: {
    load: { reads: (s) => s.limits.load('app') },
    save: { writes: (s) => s.limits.save('app', nothingSpent, at) },
  },
  sessions: {
    open: { writes: (s) => s.sessions.open({ repositoryId, issueNumber: 2 }, 'delivery:2', () => beginning(2)) },
    get: { reads: (s) => s.sessions.get(session) },
    ofIssue: { reads: (s) => s.sessions.ofIssue(repositoryId, 1) },
    ofPull: { reads: (s) => s.sessions.ofPull(repositoryId, 1) },
    ofHead: { reads: (s) => s.sessions.ofHead(repositoryId, 'a'.repeat(40)) },
    inRepository: { reads: (s) => s.sessions.inRepository(repositoryId, ['queued'], 9) },
    inStates: { reads: (s) => s.sessions.inStates(['queued'], 9) },
    queued: {
      reads: (s) => s.sessions.queued({ limit: 9, exceptRepositories: [], exceptInstallations: [] }),
    },
    renewable: { reads: (s) => s.sessions.renewable({ now: at, limit: 9 }) },
    unsettled: { reads: (s) => s.sessions.unsettled(9) },
    latest: { reads: (s) => s.sessions.latest(9) },
    unreadable: { reads: (s) => s.sessions.unreadable(9) },
    change: { writes: (s) => s.sessions.change(session, 'test:1', () => ({ outcome: 'ignored', why: 'stale' })) },
    hasCaused: { reads: (s) => s.sessions.hasCaused({ repositoryId, issueNumber: 1 }, 'label:1') },
    history: { reads: (s) => s.sessions.history(session) },
  },
  outbox: {
    add: { writes: (s) => s.outbox.add([refusal('comment:2')], at) },
    addAnew: { writes: (s) => s.outbox.addAnew(refusal('comment:3'), at) },
    claim: { writes: (s) => s.outbox.claim({ now: at, limit: 9 }) },
    done: { writes: (s) => s.outbox.done(key, { remoteId: 'comment 1', at }) },
    defer: { writes: (s) => s.outbox.defer(key, { retryAt: at, wasSent: true, error: '' }) },
    fail: { writes: (s) => s.outbox.fail(key, { error: '', at }) },
    blame: { writes: (s) => s.outbox.blame() },
    replay: { writes: (s) => s.outbox.replay(key) },
    again: { writes: (s) => s.outbox.again(key, { at, doubts: [] }) },
    shown: { reads: (s) => s.outbox.shown('card:1') },
    doubts: { reads: (s) => s.outbox.doubts() },
    revoke: { writes: (s) => s.outbox.revoke(key, { why: '', at }) },
    failed: { reads: (s) => s.outbox.failed(9) },
    remoteId: { reads: (s) => s.outbox.remoteId('card:1') },
    recover: { writes: (s) => s.outbox.recover() },
    count: { reads: (s) => s.outbox.count() },
  },
};

const callsThat = (kind: 'read' | 'write'): readonly { readonly name: string; readonly call: Call }[] =>
  Object.entries(verbs).flatMap(([part, table]) =>
    Object.entries(table).flatMap(([verb, how]: [string, { reads: Call } | { writes: Call }]) => {
      const call = 'writes' in how ? how.writes : how.reads;
      return 'writes' in how === (kind === 'write') ? [{ name: `${part}.${verb}`, call }] : [];
    }),
  );

/** One server at a time, and none that slept. */
export function describeLease(place: LeasePlace): void {
  let time = 0;
  const now = (): number => time;
  const opened: Store[] = [];
  const openStore = async (options: { hasProof?: boolean; now?: () => number } = {}): Promise<Store> => {
    const store = await place.open({ now, ...options });
    opened.push(store);
    return store;
  };
  beforeEach(() => {
    time = 1_000_000;
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });

  test('it is taken at the opening, renewed, and given back at the closing; the token rises by one at each taking', async () => {
    const first = await openStore();
    expect(await first.lease.held()).toMatchObject({ token: 1, until: time + LEASE_TTL_MS });
    time += 30_000;
    expect(await first.lease.renew()).toMatchObject({ token: 1, until: time + LEASE_TTL_MS });
    await first.close();
    expect(await (await openStore()).lease.held()).toMatchObject({ token: 2, until: time + LEASE_TTL_MS });
  });

  test('nobody else can open while it is live, and the refusal names its holder; at its end anybody can', async () => {
    const first = await openStore();
    const { holder } = await first.lease.held();
    time += LEASE_TTL_MS - 1;
    await expect(openStore()).rejects.toMatchObject({ code: 'home-in-use', message: expect.stringContaining(holder) });
    await first.deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt: at });
    time += 1;
    expect(await (await openStore()).lease.held()).toMatchObject({ token: 2 });
  });

  test('who can prove that its holder is gone takes it at once', async () => {
    await openStore();
    expect(await (await openStore({ hasProof: true })).lease.held()).toMatchObject({ token: 2 });
  });

  test('closing gives back nothing that is somebody else’s by now', async () => {
    const first = await openStore();
    const second = await openStore({ hasProof: true });
    await first.close();
    await second.lease.renew();
    await expect(openStore()).rejects.toThrow('already uses this home');
  });

  test('what has run out cannot be renewed, also if nobody took it', async () => {
    const store = await openStore();
    time += LEASE_TTL_MS;
    await expect(store.lease.renew()).rejects.toThrow(LeaseLostError);
    time -= 1; // nor does it matter that the clock goes back: it was said to be lost
    await expect(store.lease.lost).resolves.toBeUndefined();
  });

  describe.each(['taken over', 'run out'] as const)('%s', (how) => {
    let store: Store;
    let before: unknown;
    const all = async (of: Store): Promise<unknown> => ({
      counts: [await of.deliveries.count(), await of.outbox.count()],
      sessions: await of.sessions.latest(9),
      rest: [await of.repositories.get(5), await of.sessions.history(session), await of.deliveries.known([id])],
    });
    beforeEach(async () => {
      store = await openStore();
      await store.deliveries.receive({ id: stored, event: 'issues', payload: '{}', receivedAt: at });
      await open(store, 1);
      await store.outbox.add([refusal('comment:1')], at);
      await store.outbox.claim({ now: at, limit: 1 });
      before = await all(store);
      if (how === 'run out') time += LEASE_TTL_MS;
      else await openStore({ hasProof: true });
    });

    test.each(callsThat('write'))('$name is refused, and changes nothing', async ({ call }) => {
      await expect(call(store)).rejects.toThrow(LeaseLostError);
      await expect(store.lease.lost).resolves.toBeUndefined();
      expect(await all(store)).toEqual(before);
    });

    test.each(callsThat('read'))('$name goes on', async ({ call }) => {
      await expect(call(store)).resolves.toBeDefined();
    });

    test('it cannot be written, and does not hold the lease', async () => {
      await expect(store.checkWritable()).rejects.toThrow(LeaseLostError);
      await expect(store.lease.held()).rejects.toThrow(LeaseLostError);
      await expect(store.lease.renew()).rejects.toThrow(how === 'run out' ? 'ran out' : 'was taken over by process ');
      expect(await store.lease.get()).toMatchObject({ token: how === 'run out' ? 1 : 2 });
    });
  });
}
