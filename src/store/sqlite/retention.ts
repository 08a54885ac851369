import { z } from 'zod';

import { dayOf } from '../../domain/budget/budget.ts';
import { runId, sessionId } from '../../domain/ids.ts';
import type { Removal, RetentionStore } from '../store.ts';
import { parseStored, parseStoredJson } from '../stored.ts';
import { createForgetBudget, createForgetDays } from './budget.ts';
import type { Guarded } from './guarded.ts';

/** What nothing needs any more, in all tables; and what was removed last, in the table `removals`. */
export function createRetention(db: Guarded): RetentionStore {
  const removeDeliveries = createRemoveDeliveries(db);
  const removeEffects = createRemoveEffects(db);
  const removeFacts = createRemoveFacts(db);
  const forgetDays = createForgetDays(db);
  const selectDue = db.prepare(
    `select id, body ->> '$.runs' as runs from sessions indexed by sessions_to_retire
     where is_settled = 1 and retired_at is null and changed_at < @before order by changed_at, seq limit @limit`,
  );
  const retire = createRetire(db);
  const note = db.prepare(
    `insert into removals (id, at, deliveries, effects, facts, sessions, runs)
     values (1, @at, @deliveries, @effects, @facts, @sessions, @runs)
     on conflict (id) do update set at = excluded.at, deliveries = excluded.deliveries, effects = excluded.effects,
       facts = excluded.facts, sessions = excluded.sessions, runs = excluded.runs`,
  );
  const selectLast = db.prepare('select at, deliveries, effects, facts, sessions, runs from removals');
  return {
    remove: async (options) =>
      db.atomically(() => {
        forgetDays({ day: dayOf(options.before), limit: options.limit }); // a few rows a day, of no interest to anybody
        return {
          deliveries: removeDeliveries(options),
          effects: removeEffects(options),
          facts: removeFacts(options),
        };
      }),
    due: async (options) =>
      selectDue.all(options).map((row) => {
        const { id, runs } = parseStored(dueRow, row, 'a session');
        return { id, runs: parseStoredJson(runIds, runs, `the runs of a session (${id})`).map((run) => run.id) };
      }),
    retire: async (id, { at }) => db.atomically(() => retire(id, at)),
    note: async (removal) => void db.atomically(() => note.run(removal)),
    last: async () => {
      const row = selectLast.get();
      return row === undefined ? null : parseStored(removalRow, row, 'what was removed last');
    },
  };
}

type Remove = (options: { readonly before: number; readonly limit: number }) => number;

/** What a comparison found is kept: it may find the same again for as long as it is so on GitHub. */
function createRemoveDeliveries(db: Guarded): Remove {
  const remove = db.prepare(
    `delete from deliveries where seq in (
       select seq from deliveries where state = @state and received_at < @before and id not like 'compare:%' limit @limit
     )`,
  );
  return (options) =>
    remove.run({ ...options, state: 'processed' }).changes + remove.run({ ...options, state: 'uninteresting' }).changes;
}

/**
 * A wish that has ended says nothing any more but under which name its answer is on GitHub, and of that only what has no
 * slot to share is over with it. What was given up waits for a person, and what was revoked may come back with its place; but not
 * a publication, which its session tells of, nor an answer, whose moment has passed.
 */
function createRemoveEffects(db: Guarded): Remove {
  const isOver = `(is_revoked = 1 and is_collapsing = 0)
    or (is_revoked = 0 and json_valid(body) and json_extract(body, '$.kind') = 'publish')`;
  const select = (which: string) =>
    db.prepare(
      `select seq, slot, is_collapsing = 0 and is_doubt = 0 as isAlone from outbox
       where state = @state and ended_at < @before and (${which}) limit @limit`,
    );
  const ended = select('true');
  const failed = select(isOver);
  const remove = db.prepare('delete from outbox where seq = ?');
  const forget = db.prepare('delete from remote_ids where slot = ?');
  return (options) => {
    const rows = [
      ...ended.all({ ...options, state: 'done' }),
      ...ended.all({ ...options, state: 'superseded' }),
      ...failed.all({ ...options, state: 'failed' }),
    ].map((row) => parseStored(endedRow, row, 'an ended effect'));
    for (const { seq, slot, isAlone } of rows) {
      remove.run(seq);
      if (isAlone === 1) forget.run(slot);
    }
    return rows.length;
  };
}

/** With the facts goes what was said before: a comparison must not take it for new. */
function createRemoveFacts(db: Guarded): Remove {
  const remove = db.prepare(
    `delete from facts_heard where fact in (select fact from facts_heard where heard_at < @before limit @limit)`,
  );
  const removeStops = db.prepare(
    `delete from cursors where name in (
       select name from cursors where name like 'stopped/%' and at < @before limit @limit
     )`,
  );
  const forgetBefore = db.prepare(
    `insert into cursors (name, at) values ('forgotten', @before)
     on conflict (name) do update set at = excluded.at where excluded.at > cursors.at`,
  );
  return (options) => {
    const { changes } = remove.run(options);
    removeStops.run(options); // of issues that nobody stopped for so long; which comment it was is forgotten, too
    if (changes > 0) forgetBefore.run({ before: options.before });
    return changes;
  };
}

/**
 * The history of a session, what was judged of its runs and what they used, and what is known of the slots that only it fills. Its card and its checks stay known by their
 * ids: a later session of the issue goes on with the one, and people find buttons on the others.
 */
function createRetire(db: Guarded): (id: string, at: number) => boolean {
  const mark = db.prepare(
    `update sessions set retired_at = @at where id = @id and is_settled = 1 and retired_at is null
     returning repository_id || '/' || issue_number as issue`,
  );
  const forgetHistory = [
    'delete from transitions where session_id = ?',
    'delete from judgements where session_id = ?',
    'delete from suspicions where session_id = ?',
  ].map((sql) => db.prepare(sql));
  const forgetBudget = createForgetBudget(db);
  const between = `slot > @slot || ':' and slot < @slot || ';'`;
  const forgetIds = [`slot = @slot`, between].map((within) =>
    db.prepare(
      `delete from remote_ids where ${within} and not exists (
         select 1 from outbox where outbox.slot = remote_ids.slot and state not in ('done', 'superseded')
       )`,
    ),
  );
  const forgetShown = [`slot = @slot`, between].map((within) => db.prepare(`delete from shown where ${within}`));
  return (id, at) => {
    const row = mark.get({ id, at });
    if (row === undefined) return false;
    const { issue } = parseStored(issueRow, row, 'a session');
    for (const forget of forgetHistory) forget.run(id);
    forgetBudget(id);
    for (const slot of [`question:${id}`, `publish:${id}`]) for (const forget of forgetIds) forget.run({ slot });
    // What shows is then sent once more, should there be another wish for it.
    for (const slot of [`question:${id}`, `check:${id}`, `card:${issue}`, `labels:${issue}`])
      for (const forget of forgetShown) forget.run({ slot });
    return true;
  };
}

const endedRow = z.strictObject({ seq: z.number(), slot: z.string(), isAlone: z.number() });
const dueRow = z.strictObject({ id: z.string().transform(sessionId), runs: z.string() });
const runIds = z.array(z.object({ id: z.string().transform(runId) }));
const issueRow = z.strictObject({ issue: z.string() });
const removalRow: z.ZodType<Removal> = z.strictObject({
  ...{ at: z.number(), deliveries: z.number(), effects: z.number(), facts: z.number() },
  ...{ sessions: z.number(), runs: z.number() },
});
