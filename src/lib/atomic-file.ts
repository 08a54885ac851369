import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { crashPoint } from './crash-point.ts';

/**
 * Replaces a file as a whole: a reader sees the old text or the new one, never a piece, and once this resolves the new
 * text survives a power cut. The file is readable by its owner only.
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.new`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(text);
      crashPoint('file.drafted');
      await file.sync();
      crashPoint('file.synced');
    } finally {
      await file.close();
    }
    await rename(draft, path);
    crashPoint('file.renamed');
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** A new name is durable only once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
