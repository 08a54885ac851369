import { randomUUID } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';

import { crashPoint } from '../../lib/crash-point.ts';

/**
 * Creates a file with its whole text in one step. False when the name is taken; then nothing changed.
 * Of several who create the same file exactly one gets true, and nobody ever reads a part.
 */
export async function createFileOnce(path: string, text: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(draft, path);
    crashPoint('file.linked');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
