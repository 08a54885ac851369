import type { ProcessIdentity } from '../../domain/run/run.ts';
import type { RunDirectory } from '../run-directory.ts';
import { createFileOnce } from './create-file.ts';
import { readJsonSafely, type Reading } from './safe-read.ts';

const LOCK_BYTES_MAX = 1000;

/** Claims the run for this run host, for good. False when another has it, alive or dead: a run never starts twice. */
export function claimLock(directory: RunDirectory, host: ProcessIdentity): Promise<boolean> {
  return createFileOnce(directory.lock, `${JSON.stringify(host)}\n`);
}

/** Who claimed the run. */
export async function readLock(directory: RunDirectory): Promise<Reading<ProcessIdentity>> {
  const { processIdentitySchema } = await import('../../domain/run/schema.ts'); // the run host never needs it
  return readJsonSafely(directory.lock, LOCK_BYTES_MAX, processIdentitySchema);
}
