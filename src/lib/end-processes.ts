import { setTimeout as delay } from 'node:timers/promises';

import { signalProcess } from './process-table.ts';

type Identity = Parameters<typeof signalProcess>[0];

const LOOK_AGAIN_MS = 50; // a killed process needs a moment to be gone
const LOOKS_MAX = 100; // five seconds: one that survives that long is stuck in the kernel

/**
 * Kills what `find` finds, again and again until it finds nothing: a process that forks while it is hunted is found in
 * the next round. Gives the survivors: none, unless something cannot be killed.
 */
export async function endProcesses(find: () => Promise<readonly Identity[]>): Promise<readonly Identity[]> {
  let found = await find();
  for (let look = 0; look < LOOKS_MAX && found.length > 0; look += 1) {
    await Promise.all(found.map((identity) => signalProcess(identity, 'SIGKILL')));
    await delay(LOOK_AGAIN_MS);
    found = await find();
  }
  return found;
}
