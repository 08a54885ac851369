import { closeSync, constants, openSync, writeSync } from 'node:fs';

import type { RunEvent } from '../domain/run/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { EVENTS_BYTES_MAX } from '../runs/run-directory/events.ts';

type Without<Event> = Event extends RunEvent ? Omit<Event, 'at'> : never;
export type Unstamped = Without<RunEvent>;

/** The run's record, appended line by line. */
export type EventLog = { record(event: Unstamped): void; close(): void };

/** Opens `events.jsonl`. What would exceed its cap, or comes after its end, is left out: the limits on outputs come first. */
export function openEventLog(path: string, now: Clock): EventLog {
  const file = openSync(
    path,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW,
    0o600,
  );
  let written = 0;
  let isClosed = false;
  return {
    record(event) {
      const line = Buffer.from(`${JSON.stringify({ at: now(), ...event })}\n`);
      if (isClosed || written + line.length > EVENTS_BYTES_MAX) return;
      writeSync(file, line);
      written += line.length;
    },
    close() {
      isClosed = true;
      closeSync(file);
    },
  };
}
