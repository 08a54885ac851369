import { setTimeout as delay } from 'node:timers/promises';

import type { RunEnd, RunStatus } from '../domain/run/run.ts';
import type { Clock } from '../lib/clock.ts';
import type { RunDirectory } from '../runs/run-directory.ts';
import { writeStatus } from '../runs/run-directory/status.ts';

const BEAT_MS = 2000; // often enough for a person who watches
const END_TRIES_MAX = 60; // a full disk may be cleared within some minutes
const END_PAUSE_MS = 5000;

type Changes = Partial<Omit<RunStatus, 'runId' | 'host' | 'startedAt' | 'heartbeatAt'>>;

/** The run's status file, rewritten every two seconds while this lives. */
export type Heartbeat = {
  /** Takes the changes for the next beat. */
  note(changes: Changes): void;
  /** Whether an agent was ever started. */
  hasAgent(): boolean;
  /** Writes what was noted now. A failed write is reported and tried again with the next beat. */
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
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    status = { ...status, heartbeatAt: now() };
    const text = status;
    const done = writing.then(() => writeStatus(directory, text));
    writing = done.catch(() => {}); // whoever asked for this write hears of its failure
    return done;
  };
  const beat = (): Promise<void> => write().catch(onError);
  const timer = setInterval(() => void beat(), BEAT_MS);
  return {
    note(changes) {
      status = { ...status, ...changes };
    },
    hasAgent: () => status.state !== 'starting',
    beat,
    async end(end) {
      clearInterval(timer);
      status = { ...status, state: 'ended', end };
      for (let tries = 1; ; tries += 1) {
        try {
          return await write();
        } catch (error) {
          if (tries === END_TRIES_MAX) throw error;
          onError(error);
          await delay(END_PAUSE_MS);
        }
      }
    },
  };
}
