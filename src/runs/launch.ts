import { mkdir } from 'node:fs/promises';

import type { RunRequest } from '../domain/run/run.ts';
import { runRequestSchema } from '../domain/run/schema.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { runDirectoryOf } from './run-directory.ts';
import { readLock } from './run-directory/host-lock.ts';
import { writeRequest } from './run-directory/request.ts';
import type { Runtime } from './runtimes/runtime.ts';

/** What launching needs: where, how, and the key that tells a run host that a request is ours. */
export type LaunchPad = {
  readonly home: string;
  readonly key: Uint8Array;
  readonly runtime: Pick<Runtime, 'startHost'>;
};

/**
 * Writes the run's directory and starts its host. Safe to repeat after a crash at any point: the first request stays,
 * and of several hosts one claims the run. Rejects when the request is not one that a host accepts, when the directory
 * cannot be written, or when the host cannot be started.
 */
export async function launchRun({ home, key, runtime }: LaunchPad, request: RunRequest): Promise<void> {
  runRequestSchema.parse(request); // what the host would refuse is not signed
  const directory = runDirectoryOf(home, request.runId);
  await mkdir(directory.path, { recursive: true, mode: 0o700 });
  crashPoint('launch.directory');
  if ((await readLock(directory)).kind !== 'absent') return;
  await writeRequest(directory, request, key);
  crashPoint('launch.requested');
  await runtime.startHost(directory.path, key);
  crashPoint('launch.started');
}
