import { z } from 'zod';

import type { Effect } from '../../domain/effect/effect.ts';
import type { Claimed } from '../store.ts';
import { effectFromJson } from '../stored-effect.ts';
import { parseStored } from '../stored.ts';
import type { Guarded } from './guarded.ts';
import { cutNote } from './note.ts';

const FEW_LANES_MAX = 64; // sorted here
const UNREADABLE_MAX = 100; // set aside, one after another, in one lane and one claim; the next claim goes on

type Claim = (options: { readonly now: number; readonly limit: number }) => readonly Claimed[];

/**
 * Takes effects in hand; to be called inside a transaction. One that cannot be read is set aside with its reason, so that it
 * stops neither its own lane nor any other.
 */
export function createClaim(db: Guarded): Claim {
  // Most looks find nothing, and the question below is dear even then.
  const selectDue = db.prepare(
    `select 1 from outbox where state in ('pending', 'unknown') and retry_at <= @now limit 1`,
  );
  // The first effect of a lane that has not ended speaks for the lane: under way or too early, and the lane rests.
  // One that rests or is held back is passed over until its time has come, unless a newer one for its slot must wait for it.
  const heads = `select seq, key, attempts, faults, crashes, body, lane_is_urgent, (
       select max(coalesce(sent.sent_at, sent.wished_at)) from outbox as sent
       where sent.may_be_done and (sent.key = outbox.key or (sent.state = 'failed' and sent.slot = outbox.slot))
     ) as sent_at
     from outbox
     join (
       select min(seq) as head, max(is_urgent) as lane_is_urgent from outbox
       where state in ('pending', 'sending', 'unknown')
         and (state = 'sending' or (state = 'unknown' and is_collapsing) or not_before <= @now)
       group by repository_id, issue_number
     ) on seq = head
     where state <> 'sending' and retry_at <= @now and not exists (
       select 1 from outbox as under_way
       where under_way.state = 'sending'
         and under_way.repository_id = outbox.repository_id and under_way.issue_number = outbox.issue_number
     )`;
  const selectHeads = db.prepare(`${heads} order by lane_is_urgent desc, seq limit @limit`);
  // SQLite makes a table to sort in, which costs more than all the rest when there are few.
  const selectFew = db.prepare(`${heads} limit ${FEW_LANES_MAX + 1}`);
  const first = (now: number, limit: number): readonly ClaimedRow[] => {
    const few = selectFew.all({ now });
    const isSorted = few.length > FEW_LANES_MAX;
    const rows = (isSorted ? selectHeads.all({ now, limit }) : few).map((row) =>
      parseStored(claimedRow, row, 'a wished effect'),
    );
    if (isSorted) return rows;
    return rows
      .toSorted((one, other) => other.lane_is_urgent - one.lane_is_urgent || one.seq - other.seq)
      .slice(0, limit);
  };
  const send = db.prepare(
    `update outbox set state = 'sending', attempts = attempts + 1,
       sent_at = case when may_be_done then sent_at else @now end
     where key = @key`,
  );
  const setAside = db.prepare(`update outbox set state = 'failed', ended_at = @now, error = @error where key = @key`);
  const take = (row: ClaimedRow, now: number): Claimed | null => {
    const { key, body, attempts, faults, crashes, sent_at: sentAt, lane_is_urgent: isUrgent } = row;
    const effect = readEffect(body, key);
    if (effect instanceof Error) {
      setAside.run({ key, now, error: cutNote(effect.message) });
      return null;
    }
    send.run({ key, now });
    return { effect, attempts, faults, crashes, mayBeDone: sentAt !== null, sentAt, isUrgent: isUrgent === 1 };
  };
  return ({ now, limit }) => {
    const claimed: Claimed[] = [];
    for (let left = UNREADABLE_MAX; left > 0 && selectDue.get({ now }) !== undefined; left -= 1) {
      const taken = first(now, limit - claimed.length).map((row) => take(row, now));
      claimed.push(...taken.filter((one) => one !== null));
      if (!taken.includes(null)) break; // else their lanes have another one to give
    }
    return claimed;
  };
}

function readEffect(body: string, key: string): Effect | Error {
  try {
    return effectFromJson(body, key);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const claimedRow = z.strictObject({
  ...{ seq: z.number(), key: z.string(), attempts: z.number(), faults: z.number(), crashes: z.number() },
  ...{ lane_is_urgent: z.number(), sent_at: z.number().nullable(), body: z.string() },
});
type ClaimedRow = z.infer<typeof claimedRow>;
