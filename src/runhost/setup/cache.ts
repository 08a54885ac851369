import { randomUUID } from 'node:crypto';
import { lstat, mkdir, rename, rm, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { SETUP_ENTRY_AGE_MS_MAX } from '../../domain/setup/judge-cache.ts';
import type { SetupEntry } from '../../domain/setup/kept.ts';
import { replaceFile } from '../../lib/atomic-file.ts';
import { crashPoint } from '../../lib/crash-point.ts';
import { exec } from '../../lib/exec.ts';
import {
  readSetupEntry,
  SETUP_ENTRY_FILE,
  setupCacheOf,
  setupDraftName,
} from '../../runs/run-directory/setup-cache.ts';

const ENTRY_MIB_MAX = 4096; // a very large tree of packages; copying more takes longer than most setups
const FREE_MIB_MIN = 2048; // what is kept for later must not take the room of what is at work now
const SYNC_MS_MAX = 120_000; // some gigabytes on a slow disk
const SYNC_OUTPUT_BYTES_MAX = 10_000;
const BYTES_A_MIB = 1024 * 1024;

/** An entry that is there, and its number on the disk: a removal takes the name away before anything in it. */
export type FoundEntry = { readonly path: string; readonly inode: number; readonly entry: SetupEntry };

type Place = { readonly home: string; readonly repositoryId: number; readonly key: string };

/**
 * What setups made for one key. The server and other run hosts may work on it at the same time: an entry appears as a whole,
 * never changes, and disappears by its name first.
 */
export function openSetupCache({ home, repositoryId, key }: Place) {
  const root = join(setupCacheOf(home), String(repositoryId));
  const path = join(root, key);

  return {
    /** Null when there is none that may be used. Finding one says that it was used now. */
    async find(now: number): Promise<FoundEntry | null> {
      const reading = await readSetupEntry(path);
      if (reading.kind !== 'read' || now - reading.value.madeAt >= SETUP_ENTRY_AGE_MS_MAX) return null;
      const inode = await inodeOf(path);
      if (inode === null) return null;
      await utimes(join(path, SETUP_ENTRY_FILE), now / 1000, now / 1000).catch(() => {}); // it is being removed: see isStillThere
      return { path, inode, entry: reading.value };
    },
    /** Whether nothing of it can have been removed while it was copied. */
    isStillThere: async ({ inode }: FoundEntry): Promise<boolean> => (await inodeOf(path)) === inode,
    /** Why so much is not kept; null when it may be. A sentence. */
    async whyNot(mib: number): Promise<string | null> {
      if (mib > ENTRY_MIB_MAX) return `It is ${mib} MiB; at most ${ENTRY_MIB_MAX} are kept.`;
      await mkdir(root, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(root);
      const freeMib = Math.floor((bavail * bsize) / BYTES_A_MIB);
      return freeMib < mib + FREE_MIB_MIN ? `Only ${freeMib} MiB of the disk are free.` : null;
    },
    /** An empty directory to copy to. */
    async draft(): Promise<string> {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const draft = join(root, setupDraftName(key, randomUUID()));
      await mkdir(draft, { mode: 0o700 });
      return draft;
    },
    /** Makes the draft the entry, durably. False when there is one already: the first one stays. */
    async keep(draft: string, entry: SetupEntry): Promise<boolean> {
      await replaceFile(join(draft, SETUP_ENTRY_FILE), JSON.stringify(entry));
      await syncFileSystemOf(draft); // or a power cut could leave the name with half of what it names
      crashPoint('run.setup-copied');
      try {
        await rename(draft, path);
      } catch (error) {
        if (error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code)))
          return false;
        throw error;
      }
      crashPoint('run.setup-kept');
      return true;
    },
    /** What cannot be removed now is removed by the server. */
    drop: (draft: string): Promise<void> => rm(draft, { recursive: true, force: true }).catch(() => {}),
  };
}

async function inodeOf(path: string): Promise<number | null> {
  const found = await lstat(path).catch(() => null); // gone, or out of our reach: not to be used either way
  return found?.isDirectory() ? found.ino : null;
}

async function syncFileSystemOf(path: string): Promise<void> {
  const { exitCode, stderr } = await exec('sync', ['-f', path], {
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: SYNC_MS_MAX,
    outputBytesMax: SYNC_OUTPUT_BYTES_MAX,
  });
  if (exitCode !== 0) throw new Error(`The disk did not take it in time. ${stderr.trim()}`.trim());
}
