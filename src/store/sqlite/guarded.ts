import type Database from 'better-sqlite3';

/** The parts of a statement that the store uses. */
export type Statement = {
  run(...parameters: unknown[]): Database.RunResult;
  get(...parameters: unknown[]): unknown;
  all(...parameters: unknown[]): unknown[];
};

/**
 * A connection as the parts of the store get it. A statement that changes anything throws outside `atomically`, and
 * `atomically` asks first whether this connection may write: so no verb can forget the question.
 */
export type Guarded = {
  readonly prepare: (sql: string) => Statement;
  /** One transaction, which is rolled back when `work` throws. */
  readonly atomically: <T>(work: () => T) => T;
};

/** `demand` throws when this connection may not write. It is asked inside each transaction that writes. */
export function guard(db: Database.Database, demand: () => void): Guarded {
  let isInside = false;
  const transaction = db.transaction((work: () => unknown) => {
    demand();
    const wasInside = isInside;
    isInside = true;
    try {
      return work();
    } finally {
      isInside = wasInside;
    }
  });
  return {
    atomically: <T>(work: () => T) => transaction.immediate(work) as T,
    prepare: (sql) => {
      const statement = db.prepare(sql);
      if (statement.readonly) return statement;
      const inside = (): Statement => {
        if (!isInside) throw new Error(`A write outside a transaction: ${sql}`);
        return statement;
      };
      return {
        run: (...parameters) => inside().run(...parameters),
        get: (...parameters) => inside().get(...parameters),
        all: (...parameters) => inside().all(...parameters),
      };
    },
  };
}
