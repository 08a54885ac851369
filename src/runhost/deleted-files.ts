import { readlinkSync } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';

const OPEN_FILES_MAX = 20_000; // each costs some microseconds, and hundreds of processes may have a million each
const OPEN_FILES_EACH_MIN = 256; // one with many does not hide those of the others
const BLOCK_BYTES = 512;
const MIB = 1024 * 1024;

/**
 * What files of the disk of `path` hold that were deleted, and that one of these processes still has open (MiB): the disk
 * gets nothing back until it closes them, and no look at directories finds them.
 */
export async function deletedFilesMiB(pids: readonly number[], path: string): Promise<number> {
  const disk = await factsOf(path);
  const bytes = new Map<number, number>();
  for await (const link of openFilesOf(pids)) {
    if (!isDeleted(link)) continue;
    const facts = await factsOf(link);
    if (facts?.isFile() && facts.nlink === 0 && facts.dev === disk?.dev)
      bytes.set(facts.ino, facts.blocks * BLOCK_BYTES);
  }
  return Math.ceil([...bytes.values()].reduce((sum, one) => sum + one, 0) / MIB);
}

async function* openFilesOf(pids: readonly number[]): AsyncGenerator<string> {
  const eachMax = Math.max(OPEN_FILES_EACH_MIN, Math.floor(OPEN_FILES_MAX / pids.length));
  for (const pid of pids) {
    let count = 0;
    try {
      for await (const { name } of await opendir(`/proc/${pid}/fd`)) {
        yield `/proc/${pid}/fd/${name}`;
        if ((count += 1) >= eachMax) break;
      }
    } catch {
      // it has ended
    }
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
