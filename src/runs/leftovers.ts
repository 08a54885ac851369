import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import type { RunId } from '../domain/ids.ts';
import { findInStartTexts } from '../lib/process-table.ts';
import { runsIn } from './run-names.ts';

/** What the runs of a home have left on this machine. Looks are hints: whoever ends something looks closer (`stop.ts`). */
export function createRunLeftovers(home: string): {
  withProcesses(): Promise<readonly RunId[]>;
  directories(): Promise<readonly { readonly id: RunId; readonly changedAt: number }[]>;
} {
  const root = join(home, 'runs');
  return {
    // A host names its directory in its arguments, every process of an agent in its environment. Any process may name any
    // directory: only of those that are there is it believed, or an agent could have us stop runs that are yet to begin.
    withProcesses: async () => {
      const names = new Set<string>(await findInStartTexts((text) => namesAfter(text, `${root}/`)));
      return (await runsIn(home)).filter((id) => names.has(id));
    },
    directories: async () => {
      const found: { id: RunId; changedAt: number }[] = [];
      for (const id of await runsIn(home)) {
        const stat = await lstat(join(root, id)).catch(() => null); // gone meanwhile
        if (stat) found.push({ id, changedAt: stat.mtimeMs });
      }
      return found;
    },
  };
}

function namesAfter(text: string, prefix: string): string[] {
  return text
    .split(prefix)
    .slice(1)
    .flatMap((rest) => /^[A-Za-z0-9-]{1,100}(?=[/\0:]|$)/.exec(rest)?.[0] ?? []);
}
