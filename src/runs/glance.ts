import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';

import type { RunId } from '../domain/ids.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import type { RunStatus } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import { mayLive } from '../lib/process-table.ts';
import { runDirectoryOf, type RunDirectory } from './run-directory.ts';
import { STATUS_BYTES_MAX } from './run-directory/status.ts';

const SETTLED_MS = 1000; // a file system tells time in ticks: what changed just now may change again within the same one
const STILL_MS_MAX = 30_000; // a host tells what it measured every 10 s: one that does not deserves a look, which means nothing yet

/** A mark of a run, made before a look at it. */
export type Glance = {
  /** Whether another look may see anything but what that one saw, besides measures. Costs some microseconds; never throws. */
  hasNews(seen: RunFacts): boolean;
};

/**
 * Glances read nothing asynchronously: a trip through the thread pool takes several times as long as the call itself. They
 * ask for what lies beside the store, which is read like that too, so a disk that hangs stops no more than it stops anyway.
 */
export function glanceAt(home: string, id: RunId, now: Clock): Glance {
  const directory = runDirectoryOf(home, id);
  let mark = markOf(directory);
  return {
    hasNews(seen) {
      const { status } = seen;
      const found = markOf(directory);
      if (mark === null || found === null || status === null || seen.lock === null) return true;
      if (found.eventsSize !== mark.eventsSize || now() > found.changedAt + STILL_MS_MAX) return true;
      if (!mayLive(seen.lock.pid) || (status.agent !== null && !mayLive(status.agent.pid))) return true;
      if (found.changedAt === mark.changedAt) return now() < mark.changedAt + SETTLED_MS;
      // A status that was replaced, most likely to tell what was measured.
      if (existsSync(directory.stop) !== seen.isStopRequested || newsIn(directory) !== newsOf(status)) return true;
      if (now() >= found.changedAt + SETTLED_MS) mark = found;
      return false;
    },
  };
}

type Mark = { readonly changedAt: number; readonly eventsSize: number };

/** Null while the run is not under way, or when it cannot be seen. */
function markOf({ path, events }: RunDirectory): Mark | null {
  try {
    return { changedAt: statSync(path).mtimeMs, eventsSize: statSync(events).size };
  } catch {
    return null;
  }
}

/** What of a status anything can follow from: all that is in it but measures and instants. */
function newsOf({ runId, state, host, agent, end }: RunStatus): string {
  return JSON.stringify([runId, state, host, agent, end]);
}

/** The same of the file; null when it is not what it should be, which the next look says better. */
function newsIn({ status }: RunDirectory): string | null {
  try {
    const file = openSync(status, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const facts = fstatSync(file);
      if (!facts.isFile() || facts.size > STATUS_BYTES_MAX) return null;
      return newsOf(JSON.parse(readFileSync(file, 'utf8')) as RunStatus); // only compared with what was checked
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
