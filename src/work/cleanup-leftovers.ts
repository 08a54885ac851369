import { cleanUpWorkspaces, type CleanupPorts } from './cleanup-workspaces.ts';
import { cleanUpSetups } from './cleanup-setups.ts';
import type { Ports } from './ports.ts';

const EVERY_MS = 60 * 60_000; // what is left is rare, and to look at it reads all its files
const SHORT_EVERY_MS = 10 * 60_000; // what did not go in the last pass hardly goes in the next

/** When the last pass began (epoch ms); `neverCleaned` before the first. */
export const neverCleaned = Number.NEGATIVE_INFINITY;

/**
 * Now and then, and sooner while the disk is short, removes the workspaces that ended sessions left: those that could not be
 * cleaned up at the time, and those whose lock is gone; and what setups made that is not needed any more. Gives when the last pass began. Safe to repeat.
 */
export async function cleanUpLeftovers(
  ports: CleanupPorts & Pick<Ports, 'isDiskShort' | 'setupCache'>,
  lastAt: number,
): Promise<number> {
  const at = ports.now();
  const isDiskShort = await ports.isDiskShort();
  if (at - lastAt < (isDiskShort ? SHORT_EVERY_MS : EVERY_MS)) return lastAt;
  const options = { asker: 'clean-up', isDiskShort, isDryRun: false } as const;
  const { counts } = await cleanUpWorkspaces(ports, options);
  const isWorthALine = counts.removed + counts['preserved-and-removed'] + counts.failed > 0;
  if (isWorthALine || isDiskShort)
    ports.log.info({ ...counts, isDiskShort }, 'Workspaces that were left were cleaned up.');
  const setups = await cleanUpSetups(ports, { isDiskShort, isDryRun: false });
  if (setups.removed + setups.failed > 0)
    ports.log.info({ ...setups, isDiskShort }, 'What setups made was cleaned up.');
  return at;
}
