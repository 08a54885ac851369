import { statfs } from 'node:fs/promises';

/** Whether less than so much is free for us on the disk that holds a path. */
export async function isDiskShort(path: string, freeBytesMin: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize < freeBytesMin;
}
