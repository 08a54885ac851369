import { stat, utimes } from 'node:fs/promises';

import type { RunStatus } from '../../domain/run/run.ts';
import { replaceFile } from '../../lib/atomic-file.ts';
import type { RunDirectory } from '../run-directory.ts';
import { readJsonSafely, type Reading } from './safe-read.ts';

/** Of `status.json`. */
export const STATUS_BYTES_MAX = 20_000;
const MS_A_SECOND = 1000;

/** Replaces `status.json`; only the run host that holds the lock does. Durable once it resolves. */
export async function writeStatus(directory: RunDirectory, status: RunStatus): Promise<void> {
  await replaceFile(directory.status, `${JSON.stringify(status)}\n`);
  await touchStatus(directory, status.heartbeatAt); // the file tells when its writer lived last
}

/** Says that the run host lives, and that its status is as it was. `at`: epoch ms. */
export function touchStatus({ status }: RunDirectory, at: number): Promise<void> {
  return utimes(status, at / MS_A_SECOND, at / MS_A_SECOND);
}

/** When the run host said last that it lives (epoch ms); null while it has not. */
export async function readHeartbeat({ status }: RunDirectory): Promise<number | null> {
  try {
    return Math.round((await stat(status)).mtimeMs);
  } catch {
    return null;
  }
}

/** The last status the run host wrote, with its last heartbeat. */
export async function readStatus(directory: RunDirectory): Promise<Reading<RunStatus>> {
  const { runStatusSchema } = await import('../../domain/run/schema.ts'); // the run host never needs it
  const reading = await readJsonSafely(directory.status, STATUS_BYTES_MAX, runStatusSchema);
  if (reading.kind !== 'read') return reading;
  return { kind: 'read', value: withHeartbeat(reading.value, await readHeartbeat(directory)) };
}

/** The same status with the later heartbeat of the two. */
export function withHeartbeat(status: RunStatus, at: number | null): RunStatus {
  return at === null || at <= status.heartbeatAt ? status : { ...status, heartbeatAt: at };
}
