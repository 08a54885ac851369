import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { SetupMarker } from '../../domain/setup/kept.ts';
import { replaceFile } from '../../lib/atomic-file.ts';
import { readJsonSafely } from './safe-read.ts';

const MARKER_BYTES_MAX = 4_000_000; // a command as long as one can be, escaped

/** How far the setup of a workspace has come. It lies beside the repository, where no agent in a sandbox sees it. */
export function setupMarkerOf(workspacePath: string) {
  const path = join(workspacePath, 'setup.json');
  return {
    /** Null where there is none; one that cannot be read says that something was done. */
    async read(): Promise<SetupMarker | null> {
      const { setupMarkerSchema } = await import('../../domain/setup/kept.ts'); // a run without a setup never needs it
      const reading = await readJsonSafely(path, MARKER_BYTES_MAX, setupMarkerSchema);
      if (reading.kind === 'read') return reading.value;
      return reading.kind === 'absent' ? null : { state: 'started', command: '', isUntouched: false, cachePaths: [] };
    },
    write: (marker: SetupMarker): Promise<void> => replaceFile(path, JSON.stringify(marker)),
    remove: (): Promise<void> => rm(path, { force: true }),
  };
}
