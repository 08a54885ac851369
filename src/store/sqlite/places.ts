import { z } from 'zod';

import { closureReasons, placeKeyOf, placesAround, type Place } from '../../domain/place.ts';
import type { Closure, PlaceStore, RepositoryStore } from '../store.ts';
import { parseStored } from '../stored.ts';
import type { Guarded, Statement } from './guarded.ts';

/** What is closed, in the table `closures`. */
export function createPlaces(db: Guarded, repositories: Pick<RepositoryStore, 'get'>): PlaceStore {
  const insert = db.prepare(
    `insert into closures (place, why, closed_at, looked_at) values (@place, @why, @at, @at)
     on conflict (place) do update set looked_at = max(looked_at, excluded.looked_at)`,
  );
  const remove = db.prepare('delete from closures where place = ?');
  const selectOne = db.prepare('select why, looked_at as lookedAt from closures where place = ?');
  const closureAt = (place: Place): Closure | null => {
    const row = selectOne.get(placeKeyOf(place));
    return row === undefined ? null : { place, ...parseStored(closureRow, row, 'a closed place') };
  };
  const revoke = createRevoke(db);
  const revive = createRevive(db);
  return {
    close: async (place, { why, at }) =>
      db.atomically(() => {
        insert.run({ place: placeKeyOf(place), why, at });
        return revoke(place, why, at);
      }),
    open: async (place) =>
      db.atomically(() => {
        const wasClosed = remove.run(placeKeyOf(place)).changes > 0;
        revive(place); // also when it was another place around them that was closed then
        return wasClosed;
      }),
    closureOf: async (repositoryId, issueNumber) => {
      const repository = await repositories.get(repositoryId);
      if (!repository) return null;
      for (const place of placesAround(repository, issueNumber)) {
        const closure = closureAt(place);
        if (closure) return closure;
      }
      return null;
    },
  };
}

/** What was sent or is being sent is not touched: it is looked up, and then it ends as everything else does. */
function createRevoke(db: Guarded): (place: Place, why: string, at: number) => number {
  const statements = forEachKind((within) =>
    db.prepare(
      `update outbox set state = 'failed', is_revoked = 1, ended_at = @at, error = @error
       where state in ('pending', 'unknown') and ${within}`,
    ),
  );
  return (place, why, at) => {
    const { kind, ...ids } = place;
    return statements[kind].run({ ...ids, at, error: revokedBecause(why) }).changes;
  };
}

/** A wish that was overtaken by a newer one says nothing any more; one that may have been sent is looked up first, as ever. */
function createRevive(db: Guarded): (place: Place) => void {
  const statements = forEachKind((within) =>
    db.prepare(
      `update outbox set state = iif(may_be_done, 'unknown', 'pending'), is_revoked = 0, ended_at = null, retry_at = 0
       where is_revoked = 1 and is_collapsing = 1 and ${within}
         and iif(json_valid(body), json_extract(body, '$.kind'), 'publish') <> 'publish'
         and not exists (
           select 1 from closures where place = 'issue:' || outbox.repository_id || '/' || outbox.issue_number
         )
         and not exists (
           select 1 from outbox as newer
           where newer.slot = outbox.slot and newer.seq > outbox.seq and newer.is_doubt = 0
             and (newer.is_revoked = 1 or newer.state in ('pending', 'sending', 'unknown', 'done'))
         )`,
    ),
  );
  return (place) => {
    const { kind, ...ids } = place;
    statements[kind].run(ids);
  };
}

type Kinds = Readonly<Record<Place['kind'], Statement>>;

/** One statement for each kind of place, on the effects that are within it. */
function forEachKind(prepare: (within: string) => Statement): Kinds {
  const here = 'select id from repositories where installation_id = @installationId';
  return {
    installation: prepare(`repository_id in (${here})`),
    selection: prepare(`repository_id in (${here} and id = @repositoryId)`),
    repository: prepare('repository_id = @repositoryId'),
    issue: prepare('repository_id = @repositoryId and issue_number = @issueNumber'),
  };
}

/** The note that a revoked effect carries. */
export function revokedBecause(why: string): string {
  return `revoked: ${why}`;
}

const closureRow = z.strictObject({ why: z.enum(closureReasons), lookedAt: z.number() });
