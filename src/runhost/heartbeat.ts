import { setTimeout as delay } from 'node:timers/promises';

import type { RunEnd, RunStatus } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { touchStatus, writeStatus } from '../runs/run-directory/status.ts';

const BEAT_MS = 2000; // often enough for a person who watches
const MEASURES_MS = 10_000; // a look at a run costs the server next to nothing while its status stays as it is
const END_TRIES_MAX = 60; // a full disk may be cleared within some minutes
const END_PAUSE_MS = 5000;

type Changes = Partial<Omit<RunStatus, 'runId' | 'host' | 'startedAt' | 'heartbeatAt'>>;

/** The run's status file, touched every two seconds while this lives. */
export type Heartbeat = {
  /** Takes the changes for the next beat; what was only measured may wait for some. */
  note(changes: Changes): void;
  /** Whether an agent was ever started. */
  hasAgent(): boolean;
  /** Writes what was noted, or says only that this lives. A failed write is reported and tried again with the next beat. */
  beat(): Promise<void>;
  /** The last write: durable once it resolves, insisted on while the disk refuses. No beat follows it. */
  end(end: RunEnd): Promise<void>;
};

/** Starts beating. */
export function startHeartbeat(
  directory: RunDirectory,
  first: RunStatus,
  { now, onError }: { now: Clock; onError: (error: unknown) => void },
): Heartbeat {
  let status = first;
  let hasNews = true;
  let writtenAt = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    const at = now();
    const isWritten = hasNews || at < writtenAt || at >= writtenAt + MEASURES_MS;
    status = { ...status, heartbeatAt: at };
    const text = status;
    const done = writing.then(() => (isWritten ? writeStatus(directory, text) : touchStatus(directory, at)));
    if (isWritten) [hasNews, writtenAt] = [false, at];
    writing = done.catch(() => {}); // whoever asked for this write hears of its failure
    return done;
  };
  const beat = (): Promise<void> =>
    write().catch((error: unknown) => {
      hasNews = true;
      onError(error);
    });
  const timer = setInterval(() => void beat(), BEAT_MS);
  return {
    note(changes) {
      hasNews ||= 'state' in changes || (changes.mark !== undefined && changes.mark?.id !== status.mark?.id);
      status = { ...status, ...changes };
    },
    hasAgent: () => status.state !== 'starting',
    beat,
    async end(end) {
      clearInterval(timer);
      status = { ...status, state: 'ended', end };
      hasNews = true;
      for (let tries = 1; ; tries += 1) {
        try {
          return await write();
        } catch (error) {
          if (tries === END_TRIES_MAX) throw error;
          hasNews = true;
          onError(error);
          await delay(END_PAUSE_MS);
        }
      }
    },
  };
}
