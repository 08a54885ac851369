import { z } from 'zod';

import type { CursorStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';

/** How far we have come, in the table `cursors`. */
export function createCursors(db: Guarded): CursorStore {
  const select = db.prepare('select at from cursors where name = ?');
  const advance = db.prepare(
    `insert into cursors (name, at) values (@name, @at)
     on conflict (name) do update set at = excluded.at where excluded.at > cursors.at`,
  );
  return {
    get: async (name) => {
      const row = select.get(name);
      return row === undefined ? null : parseStored(cursorRow, row, 'a cursor').at;
    },
    advance: async (name, at) => void db.atomically(() => advance.run({ name, at })),
  };
}

const cursorRow = z.strictObject({ at: z.number() });
