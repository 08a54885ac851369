import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { deliveryId, sessionIdOf } from '../../domain/ids.ts';
import { LEASE_TTL_MS } from '../../domain/lease/lease.ts';
import { openSession } from '../../domain/session/open.ts';
import { LeaseLostError } from '../../lib/errors.ts';
import type { HomeClaim } from '../../lib/home-lock.ts';
import { describeStore } from '../store.conformance.ts';
import { openSqliteStore, openSqliteStoreAsOperator, openSqliteStoreToRead } from './sqlite-store.ts';

const claim: HomeClaim = { release: () => {} };

describeStore('sqlite', async (directory, { now, hasProof } = {}) =>
  openSqliteStore({
    path: join(directory, 'reeve.db'),
    ...(now ? { now } : {}),
    ...(hasProof === true ? { claim } : {}),
  }),
);

describe('a file that somebody else wrote to', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'reeve-sqlite-'));
    path = join(directory, 'reeve.db');
    const store = openSqliteStore({ path });
    const issue = { repositoryId: 5_000_000_001, issueNumber: 7 };
    await store.sessions.open(issue, 'delivery:1', () =>
      openSession({
        ...issue,
        ...{ id: sessionIdOf(issue.repositoryId, 7, 1), title: 'Owls', previousId: null, conversationId: 'c', at: 1 },
        requestedBy: { id: 11, login: 'ada' },
      }),
    );
    await store.close();
  });
  afterEach(() => rm(directory, { recursive: true }));
  const tamper = (sql: string): void => {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  };

  test.each([
    [`update sessions set body = 'ouch'`, /^The store holds a session \(5000000001-7-1\) that is not JSON\.$/],
    [
      `update sessions set body = json_set(body, '$.state', 'asleep')`,
      /a session \(5000000001-7-1\) that this program cannot read \(state: /,
    ],
    [`update sessions set body = json_remove(body, '$.spend.agentMs')`, /cannot read \(spend\.agentMs: /],
    [`update sessions set body = json_set(body, '$.owner', 'x')`, /cannot read \(the whole: .*owner/],
  ])('a session that does not parse is a clear error: %s', async (sql, message) => {
    tamper(sql);
    const store = openSqliteStore({ path });
    await expect(store.sessions.ofIssue(5_000_000_001, 7)).rejects.toThrow(message);
    await store.close();
  });

  test.each([`'ouch'`, `json_set(body, '$.owner', 'x')`])(
    'a session that does not parse is passed over and named, and the others go on: %s',
    async (broken) => {
      tamper(`update sessions set body = ${broken}, state = 'waiting'`);
      const store = openSqliteStore({ path });
      const issue = { repositoryId: 5_000_000_001, issueNumber: 8 };
      const id = sessionIdOf(issue.repositoryId, 8, 1);
      await store.sessions.open(issue, 'delivery:2', () =>
        openSession({
          ...issue,
          ...{ id, title: 'Larks', previousId: null, conversationId: 'c', at: 2 },
          requestedBy: { id: 11, login: 'ada' },
        }),
      );
      const { sessions } = store;
      const lists = [
        await sessions.inStates(['waiting', 'queued'], 9),
        await sessions.inRepository(issue.repositoryId, ['waiting', 'queued'], 9),
        await sessions.latest(9),
      ];
      expect(lists.map((list) => list.map((one) => one.id))).toEqual([[id], [id], [id]]);
      expect(await sessions.renewable({ now: 9, limit: 9 })).toEqual([]);
      const why = expect.stringContaining('The store holds a session (5000000001-7-1) that') as string;
      expect(await sessions.unreadable(9)).toEqual([{ id: '5000000001-7-1', why }]);
      await store.close();
    },
  );

  test.each([`json_set(body, '$.kind', 'explode')`, `'ouch'`])(
    'an effect that does not parse is set aside with its reason, and its lane goes on: %s',
    async (broken) => {
      tamper(`update outbox set body = ${broken} where slot like 'card:%'`);
      const store = openSqliteStore({ path });
      expect(await store.outbox.claim({ now: 7, limit: 9 })).toMatchObject([{ effect: { kind: 'labels' } }]);
      expect(await store.outbox.count()).toMatchObject({ sending: 1, failed: 1, pending: 0 });
      const [failed] = await store.outbox.failed(9);
      const place = { repositoryId: 5_000_000_001, issueNumber: 7 };
      expect(failed).toMatchObject({ kind: 'unreadable', at: 7, ...place });
      expect(failed?.error).toMatch(/an effect \(.*card.*\) that (this program|is not JSON)/);
      expect(await store.outbox.replay(failed!.key)).toBe('replayed');
      await store.places.close({ kind: 'issue', ...place }, { why: 'issue-locked', at: 8 });
      expect(await store.places.open({ kind: 'issue', ...place })).toBe(true); // also with one in it that is no JSON
      await store.close();
    },
  );

  test('a second session that is not final cannot be on one issue, whoever writes it', () => {
    const copy = `insert into sessions (id, repository_id, issue_number, ordinal, state, is_final, is_settled, version,
        changed_at, body)
      select 'other', repository_id, issue_number, 2, state, is_final, is_settled, version, changed_at, body from sessions`;
    expect(() => tamper(copy)).toThrow('UNIQUE constraint failed: sessions.repository_id, sessions.issue_number');
  });

  test('a newer schema is refused, and the file stays as it is', async () => {
    tamper(`insert into schema_migrations values (9999, '9999-later.sql', 'x', datetime('now'))`);
    expect(() => openSqliteStore({ path })).toThrow('written by a newer Reeve (it has 9999-later.sql');
    tamper('delete from schema_migrations where number = 9999');
    const store = openSqliteStore({ path });
    expect(await store.sessions.latest(9)).toHaveLength(1);
    await store.close();
  });

  test.each([
    [`delete from schema_migrations where number = 1`, 'written by an older Reeve (it lacks 0001-start.sql)'],
    ['drop table schema_migrations', 'written by an older Reeve (it lacks 0001-start.sql)'],
    [`insert into schema_migrations values (9999, '9999-later.sql', 'x', 'y')`, 'written by a newer Reeve'],
  ])('a reader refuses a schema that is not its own, and leaves it: %s', (sql, message) => {
    tamper(sql);
    const bytes = readFileSync(path);
    expect(() => openSqliteStoreToRead({ path })).toThrow(
      expect.objectContaining({ code: 'home-other-version', message: expect.stringContaining(message) }),
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('the claim on the home proves nothing of a holder on another kernel: its time has to end', async () => {
    let time = 1_000;
    const now = (): number => time;
    const elsewhere = openSqliteStore({ path, now, machine: 'another boot' });
    expect(() => openSqliteStore({ path, now, claim })).toThrow(expect.objectContaining({ code: 'home-in-use' }));
    time += LEASE_TTL_MS;
    const here = openSqliteStore({ path, now, claim });
    await expect(elsewhere.checkWritable()).rejects.toThrow(LeaseLostError);
    await elsewhere.close();
    await here.close();
  });

  test('an operator writes beside the server and takes no lease, and a server before it goes on', async () => {
    const [server, operator] = [openSqliteStore({ path }), openSqliteStoreAsOperator({ path })];
    const id = deliveryId('d-1');
    await server.deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt: 1 });
    await operator.deliveries.end(id, 'set-aside', 'by hand');
    expect(await server.deliveries.count()).toMatchObject({ 'set-aside': 1 });
    await expect(operator.lease.renew()).rejects.toThrow('without a lease');
    await operator.close();
    await expect(server.lease.renew()).resolves.toMatchObject({ token: 2 }); // the first was in beforeEach
    await server.close();
  });

  test('a reader reads beside the server, and cannot write', async () => {
    const [server, reader] = [openSqliteStore({ path }), openSqliteStoreToRead({ path })];
    const id = deliveryId('d-1');
    await server.deliveries.receive({ id, event: 'issues', payload: '{}', receivedAt: 1 });
    expect(await reader.deliveries.count()).toMatchObject({ waiting: 1 });
    await expect(reader.deliveries.end(id, 'processed', '')).rejects.toThrow('readonly');
    expect(await server.deliveries.count()).toMatchObject({ waiting: 1 });
    await reader.close();
    await server.close();
  });
});
