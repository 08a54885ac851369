import type { ProcessIdentity } from '../../domain/run/run.ts';
import type { RunDirectory } from '../run-directory.ts';
import { readLock } from './host-lock.ts';
import type { Reading } from './safe-read.ts';
import { readStatus } from './status.ts';

/** Who claimed the run: as the lock says or, where that is broken, as the status says, which only its owner writes. */
export async function readClaim(directory: RunDirectory): Promise<Reading<ProcessIdentity>> {
  const lock = await readLock(directory);
  if (lock.kind !== 'problem') return lock;
  const status = await readStatus(directory);
  return status.kind === 'read' ? { kind: 'read', value: status.value.host } : lock;
}
