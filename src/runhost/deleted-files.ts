import { readdirSync, readlinkSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const OPEN_FILES_MAX = 20_000; // each costs some microseconds
const BLOCK_BYTES = 512;
const MIB = 1024 * 1024;

/**
 * What files of the disk of `path` hold that were deleted, and that one of these processes still has open (MiB): the disk
 * gets nothing back until it closes them, and no look at directories finds them.
 */
export async function deletedFilesMiB(pids: readonly number[], path: string): Promise<number> {
  const disk = await factsOf(path);
  const bytes = new Map<number, number>();
  for (const link of pids.flatMap(openFilesOf).slice(0, OPEN_FILES_MAX)) {
    if (!isDeleted(link)) continue;
    const facts = await factsOf(link);
    if (facts?.isFile() && facts.nlink === 0 && facts.dev === disk?.dev)
      bytes.set(facts.ino, facts.blocks * BLOCK_BYTES);
  }
  return Math.ceil([...bytes.values()].reduce((sum, one) => sum + one, 0) / MIB);
}

function openFilesOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`);
  } catch {
    return []; // it has ended
  }
}

/** Asks the kernel alone: whoever serves an odd file system could keep us waiting. */
function isDeleted(link: string): boolean {
  try {
    return readlinkSync(link).endsWith(' (deleted)');
  } catch {
    return false; // closed meanwhile
  }
}

async function factsOf(path: string) {
  try {
    return await stat(path);
  } catch {
    return null; // closed meanwhile
  }
}
