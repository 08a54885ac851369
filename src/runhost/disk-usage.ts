import { exec } from '../lib/exec.ts';

const LOOK_MS_MAX = 120_000; // a million files on a slow disk
const OUTPUT_BYTES_MAX = 1_000_000; // it complains once per file that vanishes while it looks
const KIB_A_MIB = 1024;

/**
 * What a directory takes on the disk (MiB), without following links or leaving its file system; null when nobody can tell. The
 * system's own program looks, so that a tree of a million files costs the host no memory.
 */
export async function diskUsageMiB(path: string): Promise<number | null> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const limits = { timeoutMs: LOOK_MS_MAX, outputBytesMax: OUTPUT_BYTES_MAX };
  try {
    const { stdout } = await exec('du', ['-skx', '--', path], { env, ...limits });
    const kibibytes = /^(\d+)\s/.exec(stdout)?.[1]; // also there when some file could not be read
    return kibibytes === undefined ? null : Math.ceil(Number(kibibytes) / KIB_A_MIB);
  } catch {
    return null; // it could not be started; the next look tries again
  }
}
