import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeEach, expect, onTestFinished, test } from 'vitest';

import { deliveryId, sessionId } from '../../domain/ids.ts';
import { openConnection } from './connection.ts';
import type { Store } from '../store.ts';
import { knownMigrations, migrate } from './migrate.ts';
import { openSqliteStore } from './sqlite-store.ts';

/** As the program wrote them that knew 0001-start.sql alone, and was killed while it brought a card up to date. */
const ROWS = `
  insert into deliveries (id, event, payload, received_at, state, attempts, retry_at, note) values
    ('d-1', 'issues', '{}', 1000, 'processed', 0, 0, 'opened'),
    ('d-2', 'issues', '{}', 2000, 'waiting', 1, 9000, '502'),
    ('d-3', 'issues', '{}', 3000, 'set-aside', 8, 0, 'it throws'),
    ('d-4', 'issues', '{}', 4000, 'waiting', 0, 0, null);
  insert into repositories values (5, 'acme', 'shop', 'main', 9);
  insert into sessions values (1, '5-7-1', 5, 7, 1, 'preparing', 0, 0, null, 2, 2000,
    '{"id":"5-7-1","repositoryId":5,"issueNumber":7,"title":"Owls","previousId":null,"requestedBy":{"id":11,"login":"ada"},
      "conversationId":"c","branch":"reeve/7-owls","runs":[{"id":"5-7-1-r1","startedAt":2000,"end":null}],"questions":[],
      "pull":null,"summary":null,"spend":{"agentMs":0,"costMicroUsd":null,"tokens":null},"mishaps":0,"isSettled":false,
      "createdAt":1000,"changedAt":2000,"version":2,"state":"preparing","runId":"5-7-1-r1"}');
  insert into transitions values
    ('5-7-1', 1, 'delivery:d-1', null, 'queued', 1000, '["5-7-1/1/card:5/7"]'),
    ('5-7-1', 2, 'slot', 'queued', 'preparing', 2000, '["5-7-1/2/card:5/7","5-7-1/2/labels:5/7"]');
  insert into outbox (key, slot, is_collapsing, repository_id, issue_number, state, may_be_done, attempts, retry_at,
    wished_at, ended_at, body) values
    ('5-7-1/1/card:5/7', 'card:5/7', 1, 5, 7, 'done', 0, 1, 0, 1000, 1000,
      '{"kind":"card","sessionId":"5-7-1","key":"5-7-1/1/card:5/7","slot":"card:5/7","repositoryId":5,"issueNumber":7}'),
    ('5-7-1/2/card:5/7', 'card:5/7', 1, 5, 7, 'sending', 0, 1, 0, 2000, null,
      '{"kind":"card","sessionId":"5-7-1","key":"5-7-1/2/card:5/7","slot":"card:5/7","repositoryId":5,"issueNumber":7}'),
    ('5-7-1/2/labels:5/7', 'labels:5/7', 1, 5, 7, 'pending', 0, 0, 0, 2000, null,
      '{"kind":"labels","sessionId":"5-7-1","key":"5-7-1/2/labels:5/7","slot":"labels:5/7","repositoryId":5,
        "issueNumber":7}'),
    ('5/8/x/reply', '5/8/x/reply', 0, 5, 8, 'unknown', 1, 1, 0, 2000, null,
      '{"kind":"reply","onNumber":8,"reply":{"topic":"help","to":{"id":1,"login":"a"}},"repositoryId":5,
        "issueNumber":8,"key":"5/8/x/reply","slot":"5/8/x/reply"}');
  insert into remote_ids values ('card:5/7', '77', 1000);
`;

let store: Store;
beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'reeve-sqlite-'));
  const path = join(directory, 'reeve.db');
  const db = openConnection(path);
  migrate(db, knownMigrations().slice(0, 1));
  db.exec(ROWS);
  db.close();
  store = openSqliteStore({ path });
  onTestFinished(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
});

test('a home of the first schema keeps its inbox, with the tries that were counted', async () => {
  const { deliveries } = store;
  expect(await deliveries.count()).toEqual({ waiting: 2, processed: 1, uninteresting: 0, 'set-aside': 1 });
  expect(await deliveries.blame({ retryAt: 0, crashesMax: 5, reason: '' })).toEqual({ suspects: 0, setAside: [] });
  const claim = { liveSince: 0, limit: 9, backlogMin: 0 };
  expect(await deliveries.claim({ ...claim, now: 8_999 })).toMatchObject([{ id: 'd-4', attempts: 0, crashes: 0 }]);
  expect(await deliveries.claim({ ...claim, now: 9_000 })).toMatchObject([{ id: 'd-2', attempts: 1, crashes: 0 }]);
  expect(await deliveries.setAside(9)).toMatchObject([{ id: 'd-3', attempts: 8, reason: 'it throws', concerns: null }]);
  expect(await deliveries.replay(deliveryId('d-3'))).toBe('replayed');
  expect(await deliveries.claim({ ...claim, now: 9_000 })).toMatchObject([{ id: 'd-3', attempts: 0 }]);
});

test('and its outbox: what was being sent is looked up first, with patience for the time since it was wished for', async () => {
  const { outbox } = store;
  expect(await outbox.blame()).toBe(1);
  expect(await outbox.claim({ now: 5_000, limit: 9 })).toMatchObject([
    { effect: { kind: 'reply' }, isUrgent: true, mayBeDone: true, sentAt: 2_000, crashes: 0 },
    { effect: { key: '5-7-1/2/card:5/7' }, isUrgent: false, mayBeDone: true, sentAt: 2_000, crashes: 1 },
  ]);
  expect(await outbox.remoteId('card:5/7')).toBe('77');
  expect(await outbox.shown('card:5/7')).toBeNull();
  expect(await outbox.count()).toMatchObject({ sending: 2, pending: 1, done: 1, revoked: 0 });
  expect(await outbox.doubts()).toBe(0);
});

test('and its sessions and places; it looks back at GitHub as far as its first delivery', async () => {
  const session = await store.sessions.get(sessionId('5-7-1'));
  expect(session).toMatchObject({ state: 'preparing', version: 2, runId: '5-7-1-r1' });
  expect(await store.sessions.history(sessionId('5-7-1'))).toHaveLength(2);
  expect(await store.places.closureOf(5, 7)).toBeNull();
  await store.places.close({ kind: 'installation', installationId: 9 }, { why: 'app-suspended', at: 5_000 });
  expect(await store.places.closureOf(5, 7)).toMatchObject({ why: 'app-suspended' });
  expect(await store.cursors.get('home')).toBe(1_000);
  expect(await store.cursors.get('compared')).toBeGreaterThan(1_000);
  expect(await store.facts.isHeard('comment:1')).toBe(false);
});
