import { setTimeout as pause } from 'node:timers/promises';

import type { Clock } from '../lib/clock.ts';
import { liveRuns } from '../runs/live-runs.ts';
import { stopRun } from '../runs/stop.ts';

const ENDED_MS_MAX = 30_000; // a run that is asked to stop has 20 s, then it is killed
const LOOK_EVERY_MS = 200;

/** Ends what still runs of a home whose server is gone: agents outlive that, and nobody would take them up. */
export async function endRuns(home: string, now: Clock): Promise<void> {
  const startedAt = now();
  for (;;) {
    const runs = await liveRuns(home);
    if (runs.length === 0 || now() - startedAt > ENDED_MS_MAX) return;
    for (const { id } of runs) await stopRun(home, id, now());
    await pause(LOOK_EVERY_MS);
  }
}
