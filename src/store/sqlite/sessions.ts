import { z } from 'zod';

import { effectKey, sessionId, type SessionId } from '../../domain/ids.ts';
import { isFinal, openStates, type Session, type StateName } from '../../domain/session/session.ts';
import { UserError } from '../../lib/errors.ts';
import { sessionFromJson } from '../stored-session.ts';
import type { HistoryEntry, SessionStore } from '../store.ts';
import { parseStored, parseStoredJson } from '../stored.ts';
import type { Guarded, Statement } from './guarded.ts';
import { createWriteSession } from './write-session.ts';
import type { AddWishes } from './wishes.ts';

const UNREAD_LOOKS_MAX = 200; // of each state: what stands still is among the longest unchanged before long

/** Sessions as JSON beside the columns by which they are found, in the tables `sessions` and `transitions`. */
export function createSessions(db: Guarded, addWishes: AddWishes): SessionStore {
  const { atomically } = db;
  const read = createReads(db);
  const write = createWriteSession(db, addWishes);

  return {
    ...read.verbs,
    open: async (issue, cause, build) =>
      atomically(() => {
        const known = read.openedBy(issue, cause);
        if (known) return { outcome: 'opened', session: known };
        const latest = read.latestOf(issue);
        if (latest && !isFinal(latest.session)) return { outcome: 'already-open', session: latest.session };
        const ordinal = (latest?.ordinal ?? 0) + 1;
        const opened = build({ ordinal, previous: latest?.session ?? null });
        write.insert(issue, { ...opened, ordinal, cause });
        return { outcome: 'opened', session: opened.session };
      }),
    change: async (id, cause, decide) =>
      atomically(() => {
        const session = read.one(id);
        if (!session) throw new UserError('session-not-found', `There is no session ${id}.`);
        if (read.isUsed(id, cause)) return { outcome: 'ignored', why: 'stale' };
        const result = decide(session);
        if (result.outcome === 'moved') write.update(session, { ...result, cause });
        return result;
      }),
  };
}

type Issue = Parameters<SessionStore['open']>[0];

type Reads = {
  readonly verbs: Omit<SessionStore, 'open' | 'change'>;
  one(id: SessionId): Session | null;
  latestOf(issue: Issue): { readonly session: Session; readonly ordinal: number } | null;
  openedBy(issue: Issue, cause: string): Session | null;
  isUsed(id: SessionId, cause: string): boolean;
};

function createReads(db: Guarded): Reads {
  const columns = 'sessions.seq, sessions.id, sessions.ordinal, sessions.body';
  const select = (rest: string): Statement => db.prepare(`select ${columns} from sessions ${rest}`);
  const byId = select('where id = ?');
  const byIssue = select('where repository_id = ? and issue_number = ? order by ordinal desc limit 1');
  const byPull = select('where repository_id = ? and pull_number = ? order by seq desc limit 1');
  const byHead = select(
    `where repository_id = ? and pull_number is not null and json_extract(body, '$.pull.headSha') = ?
     order by seq desc limit 1`,
  );
  // One state at a time, as its index has them: sorting all of several states to give the first is dear.
  const byState = select('where state = ? order by changed_at, seq limit ?');
  const inRepository = select(
    `where repository_id = @repositoryId and state in (select value from json_each(@states))
     order by seq desc limit @limit`,
  );
  const unsettled = select('where is_final = 1 and is_settled = 0 order by changed_at, seq limit ?');
  const latest = select('order by seq desc limit ?');
  const openedBy = select(
    `join transitions on transitions.session_id = sessions.id and transitions.from_state is null
     where transitions.cause = @cause and repository_id = @repositoryId and issue_number = @issueNumber`,
  );
  const used = db.prepare('select 1 from transitions where session_id = ? and cause = ?');
  const history = db.prepare(
    `select version, cause, from_state as "from", to_state as "to", at, effects from transitions
     where session_id = ? order by version`,
  );
  const sessionOf = (row: unknown): Session | null => (row === undefined ? null : parseRow(row).session);

  return {
    verbs: {
      get: async (id) => sessionOf(byId.get(id)),
      ofIssue: async (repositoryId, issueNumber) => sessionOf(byIssue.get(repositoryId, issueNumber)),
      ofPull: async (repositoryId, pullNumber) => sessionOf(byPull.get(repositoryId, pullNumber)),
      ofHead: async (repositoryId, headSha) => sessionOf(byHead.get(repositoryId, headSha)),
      inStates: async (states, limit) =>
        [...new Set(states)]
          .flatMap((state) => readable(byState.all(state, limit)))
          .toSorted((one, other) => one.session.changedAt - other.session.changedAt || one.seq - other.seq)
          .slice(0, limit)
          .map(({ session }) => session),
      inRepository: async (repositoryId, states, limit) =>
        readable(inRepository.all({ repositoryId, states: JSON.stringify(states), limit })).map(
          ({ session }) => session,
        ),
      ...createQueues(select),
      unsettled: async (limit) => readable(unsettled.all(limit)).map(({ session }) => session),
      latest: async (limit) => readable(latest.all(limit)).map(({ session }) => session),
      unreadable: async (limit) =>
        [...openStates.flatMap((state) => byState.all(state, UNREAD_LOOKS_MAX)), ...unsettled.all(UNREAD_LOOKS_MAX)]
          .flatMap(unreadableOf)
          .slice(0, limit),
      hasCaused: createHasCaused(db),
      history: async (id) => history.all(id).map(entryOf),
    },
    one: (id) => sessionOf(byId.get(id)),
    latestOf: ({ repositoryId, issueNumber }) => {
      const row = byIssue.get(repositoryId, issueNumber);
      return row === undefined ? null : parseRow(row);
    },
    openedBy: ({ repositoryId, issueNumber }, cause) => sessionOf(openedBy.get({ repositoryId, issueNumber, cause })),
    isUsed: (id, cause) => used.get(id, cause) !== undefined,
  };
}

/** Those that wait for a slot, and those that wait for a day's budget. */
function createQueues(select: (rest: string) => Statement): Pick<SessionStore, 'queued' | 'renewable'> {
  const queued = select(
    `where state = 'queued' and repository_id not in (select value from json_each(@repositories))
       and repository_id not in (
         select id from repositories where installation_id in (select value from json_each(@installations)))
     order by changed_at, seq limit @limit`,
  );
  const renewable = select(
    `where state = 'waiting' and iif(json_valid(body), json_extract(body, '$.on.renewsAt'), null) <= @now order by changed_at, seq limit @limit`,
  );
  return {
    queued: async ({ limit, exceptRepositories, exceptInstallations }) =>
      readable(
        queued.all({
          limit,
          repositories: JSON.stringify(exceptRepositories),
          installations: JSON.stringify(exceptInstallations),
        }),
      ).map(({ session }) => session),
    renewable: async (options) => readable(renewable.all(options)).map(({ session }) => session),
  };
}

function createHasCaused(db: Guarded): SessionStore['hasCaused'] {
  const caused = db.prepare(
    `select 1 from transitions join sessions on sessions.id = transitions.session_id
     where transitions.cause = @cause and repository_id = @repositoryId and issue_number = @issueNumber limit 1`,
  );
  return async ({ repositoryId, issueNumber }, cause) => caused.get({ repositoryId, issueNumber, cause }) !== undefined;
}

const sessionRow = z.strictObject({ seq: z.number(), id: z.string(), ordinal: z.number(), body: z.string() });

type Parsed = { readonly session: Session; readonly ordinal: number; readonly seq: number };

/** One that this program cannot read stands still and stops none of the others; `unreadable` names it. */
function readable(rows: readonly unknown[]): readonly Parsed[] {
  return rows.flatMap((row) => {
    try {
      return [parseRow(row)];
    } catch {
      return [];
    }
  });
}

function unreadableOf(row: unknown): readonly { readonly id: SessionId; readonly why: string }[] {
  try {
    parseRow(row);
    return [];
  } catch (error) {
    const { id } = parseStored(sessionRow, row, 'a session');
    return [{ id: sessionId(id), why: error instanceof Error ? error.message : String(error) }];
  }
}

function parseRow(row: unknown): Parsed {
  const { seq, id, ordinal, body } = parseStored(sessionRow, row, 'a session');
  return { session: sessionFromJson(body, id), ordinal, seq };
}

const stateName = z.enum({
  ...{ queued: 'queued', preparing: 'preparing', working: 'working', waiting: 'waiting', publishing: 'publishing' },
  ...{ reviewing: 'reviewing', retrying: 'retrying', done: 'done', failed: 'failed', stopped: 'stopped' },
} as const satisfies { readonly [Name in StateName]: Name });
const historyRow = z.strictObject({
  version: z.number(),
  cause: z.string(),
  from: stateName.nullable(),
  to: stateName,
  at: z.number(),
  effects: z.string(),
});
const effectKeys = z.array(z.string().transform(effectKey));

function entryOf(row: unknown): HistoryEntry {
  const { effects, ...entry } = parseStored(historyRow, row, 'a transition');
  return { ...entry, effects: parseStoredJson(effectKeys, effects, 'a transition') };
}
