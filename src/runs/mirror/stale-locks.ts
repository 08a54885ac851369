import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the lock files that a git of ours left in a mirror when it was killed: git would wait for their owner for ever.
 * Only while no git of ours works there; nobody else writes to a mirror. No ref has a name that ends like a lock's.
 */
export async function removeStaleLocks(gitDir: string): Promise<void> {
  const top = await readdir(gitDir);
  const refs = top.includes('refs') ? await readdir(join(gitDir, 'refs'), { recursive: true }) : [];
  const locks = [...top, ...refs.map((name) => join('refs', name))].filter((name) => name.endsWith('.lock'));
  for (const name of locks) await rm(join(gitDir, name), { force: true });
}
