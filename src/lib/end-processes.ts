import { setTimeout as delay } from 'node:timers/promises';

import { livenessOf, signalProcess } from './process-table.ts';

type Identity = Parameters<typeof signalProcess>[0];

const LOOK_AGAIN_MS = 50; // a killed process needs a moment to be gone
const LOOKS_MAX = 100; // five seconds: one that survives that long is stuck in the kernel

/**
 * Kills what `find` finds, again and again until it finds nothing: a process that forks while it is hunted is found in
 * the next round. `first` is killed once the first look is over, since its death may hide the rest from every later one.
 * Gives the survivors: none, unless something cannot be killed.
 */
export async function endProcesses(
  find: () => Promise<readonly Identity[]>,
  first: Identity | null = null,
): Promise<readonly Identity[]> {
  let found: readonly Identity[];
  try {
    found = await find();
  } finally {
    if (first !== null) await signalProcess(first, 'SIGKILL');
  }
  for (let look = 0; look < LOOKS_MAX && found.length > 0; look += 1) {
    await Promise.all(found.map((identity) => signalProcess(identity, 'SIGKILL')));
    await delay(LOOK_AGAIN_MS);
    found = distinct([...(await withoutDead(found)), ...(await find())]);
  }
  return found;
}

async function withoutDead(identities: readonly Identity[]): Promise<Identity[]> {
  const alive = await Promise.all(
    identities.map(async (identity) => ((await livenessOf(identity)) === 'dead' ? [] : [identity])),
  );
  return alive.flat();
}

function distinct(identities: readonly Identity[]): Identity[] {
  return [...new Map(identities.map((identity) => [identity.pid, identity])).values()];
}
