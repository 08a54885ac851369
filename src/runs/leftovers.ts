import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { runId, type RunId } from '../domain/ids.ts';
import { startTexts } from '../lib/process-table.ts';
import { runDirectoryOf } from './run-directory.ts';

const NAME = /^[A-Za-z0-9-]{1,100}$/;

/** What the runs of a home have left on this machine. Looks are hints: whoever ends something looks closer (`stop.ts`). */
export function createRunLeftovers(home: string): {
  withProcesses(): Promise<readonly RunId[]>;
  directories(): Promise<readonly { readonly id: RunId; readonly changedAt: number }[]>;
  remove(id: RunId): Promise<void>;
} {
  const root = join(home, 'runs');
  return {
    // A host names its directory in its arguments, every process of an agent in its environment.
    withProcesses: async () => {
      const named = (await startTexts()).flatMap((text) => namesAfter(text, `${root}/`));
      return [...new Set(named)].toSorted().map(runId);
    },
    directories: async () => {
      const names = (await namesIn(root)).filter((name) => NAME.test(name)).toSorted();
      const found: { id: RunId; changedAt: number }[] = [];
      for (const name of names) {
        const stat = await lstat(join(root, name)).catch(() => null); // gone meanwhile
        if (stat) found.push({ id: runId(name), changedAt: stat.mtimeMs });
      }
      return found;
    },
    remove: (id) => rm(runDirectoryOf(home, id).path, { recursive: true, force: true }),
  };
}

function namesAfter(text: string, prefix: string): string[] {
  return text
    .split(prefix)
    .slice(1)
    .flatMap((rest) => /^[A-Za-z0-9-]{1,100}(?=[/\0:]|$)/.exec(rest)?.[0] ?? []);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
