import type { Effect } from '../../domain/effect/effect.ts';
import { isFinal, type Session } from '../../domain/session/session.ts';
import { sessionToJson } from '../stored-session.ts';
import type { Guarded } from './guarded.ts';
import type { AddWishes } from './wishes.ts';

type Change = { readonly session: Session; readonly effects: readonly Effect[]; readonly cause: string };

/** Writes a session, what moved it, and what it wishes. To be called inside a transaction; a wrong write throws. */
export type WriteSession = {
  insert(
    issue: { readonly repositoryId: number; readonly issueNumber: number },
    change: Change & { readonly ordinal: number },
  ): void;
  update(before: Session, change: Change): void;
};

export function createWriteSession(db: Guarded, addWishes: AddWishes): WriteSession {
  const insert = db.prepare(
    `insert into sessions (id, repository_id, issue_number, ordinal, state, is_final, is_settled, pull_number, version,
       changed_at, body)
     values (@id, @repositoryId, @issueNumber, @ordinal, @state, @isFinal, @isSettled, @pullNumber, @version,
       @changedAt, @body)`,
  );
  const update = db.prepare(
    `update sessions set state = @state, is_final = @isFinal, is_settled = @isSettled, pull_number = @pullNumber,
       version = @version, changed_at = @changedAt, body = @body
     where id = @id and version = @version - 1`,
  );
  const insertTransition = db.prepare(
    `insert into transitions (session_id, version, cause, from_state, to_state, at, effects)
     values (@id, @version, @cause, @from, @state, @changedAt, @effects)`,
  );
  const record = (from: Session | null, { session, effects, cause }: Change): void => {
    const { id, version, state, changedAt } = session;
    const keys = JSON.stringify(effects.map(({ key }) => key));
    insertTransition.run({ id, version, cause, from: from?.state ?? null, state, changedAt, effects: keys });
    addWishes(effects, changedAt);
  };
  return {
    insert: ({ repositoryId, issueNumber }, { ordinal, ...change }) => {
      const { session } = change;
      if (session.repositoryId !== repositoryId || session.issueNumber !== issueNumber || isFinal(session)) {
        throw new Error(`Session ${session.id} is not a beginning on issue ${issueNumber} of ${repositoryId}.`);
      }
      insert.run({ ...columnsOf(session), repositoryId, issueNumber, ordinal });
      record(null, change);
    },
    update: (before, change) => {
      const { session } = change;
      if (session.id !== before.id || session.version !== before.version + 1) {
        throw new Error(`Session ${before.id} at ${before.version} cannot become ${session.id} at ${session.version}.`);
      }
      if (update.run(columnsOf(session)).changes !== 1) throw new Error(`Session ${before.id} was changed meanwhile.`);
      record(before, change);
    },
  };
}

function columnsOf(session: Session): Readonly<Record<string, string | number | null>> {
  const { id, state, pull, version, changedAt, isSettled } = session;
  return {
    ...{ id, state, version, changedAt },
    isFinal: isFinal(session) ? 1 : 0,
    isSettled: isSettled ? 1 : 0,
    pullNumber: pull?.number ?? null,
    body: sessionToJson(session),
  };
}
