import { sessionId, type RunId } from '../domain/ids.ts';
import { isFinal } from '../domain/session/session.ts';
import type { Ports } from './ports.ts';

const LOOKED_AT_MAX = 1_000; // directories in one call; the next call goes on behind them
const ORPHAN_MS_MIN = 24 * 3_600_000; // a home that was restored from a backup may know a session again tomorrow
const STOP_MS_MAX = 10_000;

/** How far the look at run directories has come. */
export type Freed = { readonly behind: RunId | null };
export const nothingFreed: Freed = { behind: null };

/**
 * Ends the processes of runs that no session waits for (their session is unknown, settled, or has gone on to another run),
 * and removes the directories of runs whose session nobody knows, once they are a day old. Safe to repeat: it looks anew.
 */
export async function freeLeftovers(ports: Ports, { behind }: Freed, signal: AbortSignal): Promise<Freed> {
  const { leftovers, runs, log, now, mayWrite } = ports;
  for (const id of await leftovers.withProcesses()) {
    if (signal.aborted) return { behind };
    if ((await claimOn(ports, id)) === 'wanted') continue;
    await mayWrite(STOP_MS_MAX); // another server's run is none of ours
    const { host, agent, status } = await runs.observe(id);
    const isAtWork = (host === 'alive' && !status?.end) || agent === 'alive'; // else it is about to go, or somebody reads its files
    if ((await runs.stop(id, now())) === 'ended' && isAtWork) {
      log.warn({ run: id }, 'No session waits for this run any more, so what was left of its processes was ended.');
    }
  }
  const all = await leftovers.directories();
  const next = all.filter(({ id }) => behind === null || id > behind).slice(0, LOOKED_AT_MAX);
  for (const { id, changedAt } of next) {
    if (signal.aborted) return { behind };
    if (now() < changedAt + ORPHAN_MS_MIN || (await claimOn(ports, id)) !== 'unknown') continue;
    await mayWrite(STOP_MS_MAX);
    if ((await runs.stop(id, now())) === 'stopping') continue;
    await runs.remove(id);
    log.warn({ run: id }, 'No session has this run, so its directory was removed.');
  }
  return { behind: next.length < LOOKED_AT_MAX ? null : (next.at(-1)?.id ?? null) };
}

/** `wanted`: its session waits for it, or will clean up after it. `over`: its session has no use for its processes. */
async function claimOn({ store }: Ports, id: RunId): Promise<'wanted' | 'over' | 'unknown'> {
  const session = await store.sessions.get(sessionId(id.replace(/-r\d+$/, ''))).catch(() => 'unreadable' as const);
  if (session === 'unreadable') return 'wanted'; // for whoever can read it
  if (session === null) return 'unknown';
  if (isFinal(session)) return session.isSettled ? 'over' : 'wanted';
  const current = session.runs.at(-1);
  return current?.id === id && current.end === null ? 'wanted' : 'over';
}
