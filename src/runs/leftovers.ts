import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { runId, type RunId } from '../domain/ids.ts';
import { findInStartTexts } from '../lib/process-table.ts';
import { removeRun } from './remove.ts';

const NAME = /^[A-Za-z0-9-]{1,100}$/;

/** What the runs of a home have left on this machine. Looks are hints: whoever ends something looks closer (`stop.ts`). */
export function createRunLeftovers(home: string): {
  withProcesses(): Promise<readonly RunId[]>;
  directories(): Promise<readonly { readonly id: RunId; readonly changedAt: number }[]>;
  remove(id: RunId): Promise<void>;
} {
  const root = join(home, 'runs');
  return {
    // A host names its directory in its arguments, every process of an agent in its environment. Any process may name any
    // directory: only of those that are there is it believed, or an agent could have us stop runs that are yet to begin.
    withProcesses: async () => {
      const names = new Set(await findInStartTexts((text) => namesAfter(text, `${root}/`)));
      const there = await namesIn(root);
      return there
        .filter((name) => names.has(name))
        .toSorted()
        .map(runId);
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
    remove: (id) => removeRun(home, id),
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
