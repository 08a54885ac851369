import type { RunStatus } from '../../domain/run/run.ts';
import { replaceFile } from '../../lib/atomic-file.ts';
import type { RunDirectory } from '../run-directory.ts';
import { readJsonSafely, type Reading } from './safe-read.ts';

const STATUS_BYTES_MAX = 20_000;

/** Replaces `status.json`; only the run host that holds the lock does. Durable once it resolves. */
export function writeStatus(directory: RunDirectory, status: RunStatus): Promise<void> {
  return replaceFile(directory.status, `${JSON.stringify(status)}\n`);
}

/** The last status the run host wrote. */
export async function readStatus(directory: RunDirectory): Promise<Reading<RunStatus>> {
  const { runStatusSchema } = await import('../../domain/run/schema.ts'); // the run host never needs it
  return readJsonSafely(directory.status, STATUS_BYTES_MAX, runStatusSchema);
}
