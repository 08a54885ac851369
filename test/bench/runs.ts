import type { Figure } from '../figures.ts';
import { benchHosts } from './hosts.ts';
import { benchLaunch } from './launch.ts';
import { benchLiveRuns } from './live-runs.ts';

/** Runs from their launch to their end, and what they cost while they go on. */
export async function benchRuns(): Promise<readonly Figure[]> {
  return [...(await benchLaunch()), ...(await benchLiveRuns()), ...(await benchHosts())];
}
