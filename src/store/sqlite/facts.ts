import type { FactStore } from '../store.ts';
import type { Guarded } from './guarded.ts';

/** What was heard already, in the table `facts_heard`. */
export function createFacts(db: Guarded): FactStore {
  const select = db.prepare('select 1 from facts_heard where fact = ?');
  const insert = db.prepare(
    'insert into facts_heard (fact, heard_at) values (@fact, @at) on conflict (fact) do nothing',
  );
  return {
    isHeard: async (fact) => select.get(fact) !== undefined,
    markHeard: async (fact, at) => void db.atomically(() => insert.run({ fact, at })),
  };
}
