import { closeSync, openSync, readSync } from 'node:fs';

const BYTES_MAX = 4096; // what is read like this has one line, or is wanted for its first
const bytes = Buffer.alloc(BYTES_MAX);

/**
 * The beginning of a file of the kernel's, or null when it is not there or not ours to read. Such files answer from
 * memory, so waiting for one costs less than handing it to a thread.
 */
export function readSmallFile(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, BYTES_MAX, 0));
  } catch {
    return null; // it ended meanwhile
  } finally {
    closeSync(file);
  }
}
