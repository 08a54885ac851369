import { exec } from '../lib/exec.ts';

const LOOK_MS_MAX = 120_000; // a million files on a slow disk
const OUTPUT_BYTES_MAX = 1_000_000; // it complains once per file that vanishes while it looks
const KIB_A_MIB = 1024;

export type DiskUsage = {
  /** Of what could be read; null when nobody can tell. */
  readonly mebibytes: number | null;
  /** Nothing was hidden from the look. */
  readonly isWhole: boolean;
};

/**
 * What a directory takes on the disk, without following links or leaving its file system. The system's own program looks, so
 * that a tree of a million files costs the host no memory.
 */
export async function diskUsage(path: string): Promise<DiskUsage> {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' };
  const limits = { timeoutMs: LOOK_MS_MAX, outputBytesMax: OUTPUT_BYTES_MAX };
  try {
    const { stdout, stderr, endedBecause } = await exec('du', ['-skx', '--', path], { env, ...limits });
    const kibibytes = /^(\d+)\s/.exec(stdout)?.[1]; // also there when some file could not be read
    const mebibytes = kibibytes === undefined ? null : Math.ceil(Number(kibibytes) / KIB_A_MIB);
    return { mebibytes, isWhole: endedBecause !== 'output-too-large' && !tellsOfHidden(stderr) };
  } catch {
    return { mebibytes: null, isWhole: true }; // it could not be started; the next look tries again
  }
}

/** Whether `du` complained that it was not let in. That something has vanished meanwhile is no such complaint. */
export function tellsOfHidden(complaints: string): boolean {
  return /: Permission denied$/m.test(complaints);
}
