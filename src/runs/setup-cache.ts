import { randomUUID } from 'node:crypto';
import { lstat, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { SetupEntryFacts } from '../domain/setup/judge-cache.ts';
import {
  readSetupEntry,
  SETUP_ENTRY_FILE,
  setupCacheOf,
  setupDraftName,
  setupEntryKind,
} from './run-directory/setup-cache.ts';
import { removeTree } from './workspaces/remove-tree.ts';

/** What setups made, as the server sees it. Run hosts use it and add to it meanwhile. */
export type SetupCache = {
  /** In no particular order. What has another name than we give is left out. */
  entries(): Promise<readonly SetupEntryFacts[]>;
  /** Takes the name away first, so that nobody copies half of it. What has gone meanwhile is no error. */
  remove(entry: Pick<SetupEntryFacts, 'repositoryId' | 'name'>): Promise<void>;
};

export function createSetupCache(home: string): SetupCache {
  const root = setupCacheOf(home);
  return {
    async entries() {
      const repositories = (await namesIn(root)).filter((name) => /^[1-9]\d{0,14}$/.test(name));
      const found: SetupEntryFacts[] = [];
      for (const repository of repositories) {
        for (const name of await namesIn(join(root, repository))) {
          const entry = await entryAt(join(root, repository, name), Number(repository), name);
          if (entry !== null) found.push(entry);
        }
      }
      return found;
    },
    async remove({ repositoryId, name }) {
      const kind = setupEntryKind(name);
      if (kind === null) throw new Error(`${JSON.stringify(name)} is not the name of what a setup made.`);
      const directory = join(root, String(repositoryId));
      const draft = kind === 'draft' ? name : setupDraftName(name, randomUUID());
      if (kind === 'entry') await rename(join(directory, name), join(directory, draft)).catch(nothingWhenAbsent);
      await removeTree(join(directory, draft));
      await rmdir(directory).catch(() => {}); // others are in it, or it has gone
    },
  };
}

/** Null for what is not ours, or has gone meanwhile. */
async function entryAt(path: string, repositoryId: number, name: string): Promise<SetupEntryFacts | null> {
  const kind = setupEntryKind(name);
  const found = await lstat(path).catch(nothingWhenAbsent);
  if (kind === null || !found) return null;
  const seen = { repositoryId, name, mib: 0, madeAt: found.mtimeMs, usedAt: found.mtimeMs };
  if (kind === 'draft' || !found.isDirectory()) return { ...seen, kind: 'draft' };
  const reading = await readSetupEntry(path);
  if (reading.kind !== 'read') return { ...seen, kind: 'unreadable' };
  const used = await lstat(join(path, SETUP_ENTRY_FILE)).catch(nothingWhenAbsent);
  return { ...seen, kind: 'entry', mib: reading.value.mib, madeAt: reading.value.madeAt, usedAt: used?.mtimeMs ?? 0 };
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code))) return [];
    throw error;
  }
}

function nothingWhenAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
