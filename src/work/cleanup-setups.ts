import { judgeSetupCache } from '../domain/setup/judge-cache.ts';
import type { Ports } from './ports.ts';

export type SetupsCleaned = {
  /** What was removed; in a dry run, what would be. */
  readonly removed: number;
  readonly removedMib: number;
  readonly kept: number;
  readonly failed: number;
};

/**
 * Removes what setups made and nobody needs any more, least recently used first (`judgeSetupCache`). Safe to repeat, and
 * beside runs and a running server: what goes loses its name first, and the next setup makes it anew.
 */
export async function cleanUpSetups(
  { setupCache, now, log }: Pick<Ports, 'setupCache' | 'now' | 'log'>,
  { isDiskShort, isDryRun }: { readonly isDiskShort: boolean; readonly isDryRun: boolean },
): Promise<SetupsCleaned> {
  const entries = await setupCache.entries();
  const going = judgeSetupCache(entries, { now: now(), isDiskShort });
  let [removed, removedMib, failed] = [0, 0, 0];
  for (const { entry, why } of going) {
    try {
      if (!isDryRun) await setupCache.remove(entry);
      removed += 1;
      removedMib += entry.mib;
    } catch (err) {
      failed += 1;
      log.warn(
        { repository: entry.repositoryId, entry: entry.name, why, err },
        'What a setup made could not be removed.',
      );
    }
  }
  return { removed, removedMib, failed, kept: entries.length - removed - failed };
}
