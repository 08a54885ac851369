import { z } from 'zod';

import { runId, type SessionId } from '../../domain/ids.ts';
import type { Suspicion } from '../../domain/run/suspicion.ts';
import { parseStored } from '../stored.ts';
import { suspicionFromJson, suspicionToJson } from '../stored-suspicion.ts';
import type { Judgement, JudgementStore } from '../store.ts';
import type { Guarded } from './guarded.ts';

const KEPT_MAX = 100; // judgements of a session: one that is suspected and recovers for days must not fill the disk
const READ_MAX = 1_000; // suspicions: more than one machine runs

/** What was made of runs, in the tables `suspicions` and `judgements`. */
export function createJudgements(db: Guarded): JudgementStore {
  const select = db.prepare('select session_id, body from suspicions where session_id = ?');
  const selectAll = db.prepare(
    `select session_id, suspicions.body from suspicions
     join sessions on sessions.id = session_id where sessions.state = 'working' order by session_id limit ${READ_MAX}`,
  );
  const upsert = db.prepare(
    `insert into suspicions (session_id, body) values (@sessionId, @body)
     on conflict (session_id) do update set body = excluded.body`,
  );
  const remove = db.prepare('delete from suspicions where session_id = ?');
  const insert = db.prepare(
    `insert or ignore into judgements (session_id, run_id, kind, evidence, at)
     values (@sessionId, @runId, @kind, @evidence, @at)`,
  );
  const trim = db.prepare(
    `delete from judgements where session_id = @sessionId and seq <= (
       select seq from judgements where session_id = @sessionId order by seq desc limit 1 offset ${KEPT_MAX})`,
  );
  const newest = db.prepare(
    'select run_id, kind, evidence, at from judgements where session_id = ? order by seq desc limit ?',
  );
  const all = (): readonly Suspicion[] => selectAll.all().map(suspicionOf);
  return {
    suspicion: async (id) => {
      const row = select.get(id);
      return row === undefined ? null : suspicionOf(row);
    },
    suspicions: async () => all(),
    note: async (sessionId, { suspicion, judgement }) =>
      db.atomically(() => {
        if (suspicion === null) remove.run(sessionId);
        else upsert.run({ sessionId, body: suspicionToJson(suspicion) });
        if (judgement !== null) {
          insert.run({ sessionId, ...judgement });
          trim.run({ sessionId });
        }
        return all();
      }),
    ofSession: async (id, limit) =>
      newest
        .all(id, limit)
        .map((row) => judgementOf(row, id))
        .toReversed(),
  };
}

const suspicionRow = z.strictObject({ session_id: z.string(), body: z.string() });
const judgementRow = z.strictObject({
  run_id: z.string(),
  kind: z.enum(['suspected', 'recovered', 'spared', 'lost', 'ended']),
  evidence: z.string(),
  at: z.number(),
});

function suspicionOf(row: unknown): Suspicion {
  const { session_id: id, body } = parseStored(suspicionRow, row, 'a suspicion');
  return suspicionFromJson(body, id);
}

function judgementOf(row: unknown, id: SessionId): Judgement {
  const { run_id: run, ...judgement } = parseStored(judgementRow, row, `a judgement of ${id}`);
  return { ...judgement, runId: runId(run) };
}
