import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { runId, type RunId } from '../domain/ids.ts';

const NAME = /^[A-Za-z0-9-]{1,100}$/;

/** The runs that have a directory in a home, in order of their names. What else lies there is passed over. */
export async function runsIn(home: string): Promise<readonly RunId[]> {
  const names = await readdir(join(home, 'runs')).catch(noneWhenAbsent);
  return names
    .filter((name) => NAME.test(name))
    .toSorted()
    .map(runId);
}

function noneWhenAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
