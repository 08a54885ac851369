import { rm } from 'node:fs/promises';

import type { RunId } from '../domain/ids.ts';
import { runDirectoryOf } from './run-directory.ts';

/** Removes the directory of a run with all that is in it; links in it go and are not followed. Safe to repeat. */
export async function removeRun(home: string, runId: RunId): Promise<void> {
  await rm(runDirectoryOf(home, runId).path, { recursive: true, force: true });
}
