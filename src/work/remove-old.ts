import { setTimeout as delay } from 'node:timers/promises';

import { LeaseLostError } from '../lib/errors.ts';
import type { Removal } from '../store/store.ts';
import type { Ports } from './ports.ts';

const ROWS_MAX = 100; // of each kind in one transaction: it holds up others for milliseconds
const STEPS_MAX = 100; // in one pass: ten thousand of each
const SESSIONS_MAX = 100; // in one pass
const PAUSE_MS = 20; // between two steps others get on

/**
 * Removes what is older than the term and not needed any more: deliveries and effects that have ended, what was heard,
 * of sessions that ended so long ago their history and their run directories, and trunks without worktrees. What may still be asked for stays:
 * sessions themselves, what waits for a person, and which comment is whose card. Safe to repeat and to break off.
 */
export async function removeOld(
  ports: Pick<Ports, 'store' | 'runs' | 'workspaces' | 'now' | 'log'>,
  { keepMs, signal }: { readonly keepMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { store, now, log } = ports;
  const before = now() - keepMs;
  const removal: { -readonly [Key in keyof Removal]: number } = {
    ...{ at: now(), deliveries: 0, effects: 0, facts: 0, sessions: 0, runs: 0 },
  };
  for (let step = 0; step < STEPS_MAX && !signal.aborted; step += 1) {
    const { deliveries, effects, facts } = await store.retention.remove({ before, limit: ROWS_MAX });
    if (deliveries + effects + facts === 0) break;
    removal.deliveries += deliveries;
    removal.effects += effects;
    removal.facts += facts;
    await delay(PAUSE_MS);
  }
  for (const { id, runs } of await store.retention.due({ before, limit: SESSIONS_MAX })) {
    if (signal.aborted) break;
    try {
      for (const run of runs) await ports.runs.remove(run);
      if (await store.retention.retire(id, { at: now() })) removal.sessions += 1;
      removal.runs += runs.length;
    } catch (error) {
      if (error instanceof LeaseLostError) throw error;
      log.error({ session: id, err: error }, 'What is left of an old session could not be removed; it is tried again.');
    }
  }
  const trunks = await ports.workspaces.removeUnused(before).catch((error: unknown) => {
    log.error(
      { err: error },
      'What the worktrees of a repository were linked to could not be removed; it is tried again.',
    );
    return 0;
  });
  if (trunks > 0) log.info({ trunks }, 'What no worktree was linked to for its term is removed.');
  const { at: _, ...counts } = removal;
  if (Object.values(counts).every((count) => count === 0)) return;
  log.info(counts, 'What was older than its term is removed.');
  await store.retention.note(removal);
}
