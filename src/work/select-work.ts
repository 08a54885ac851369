import type { Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

const QUEUED_READ_MAX = 100; // more cannot start in one pass on any machine we support
const ENDING_READ_MAX = 500; // far more than end at one time

/**
 * Gives free slots to the sessions that have waited longest. A session that waits for a person holds no slot; a new one
 * waits until the agent of the last one on its issue is surely gone. Safe to repeat: all is counted from the stored states.
 */
export async function selectWork(ports: Pick<Ports, 'store' | 'queue' | 'log' | 'now' | 'settings'>): Promise<void> {
  const { store, settings } = ports;
  const busy = await store.sessions.inStates(['preparing', 'working'], settings.slots);
  const free = settings.slots - busy.length;
  if (free <= 0) return;
  const queued = await store.sessions.inStates(['queued'], QUEUED_READ_MAX);
  const ending = new Set((await store.sessions.unsettled(ENDING_READ_MAX)).map(issueOf));
  for (const session of queued.filter((one) => !ending.has(issueOf(one))).slice(0, free)) {
    await moveSession(ports, session.id, `slot:v${session.version}`, { kind: 'slot-granted', at: ports.now() });
  }
}

function issueOf({ repositoryId, issueNumber }: Session): string {
  return `${repositoryId}/${issueNumber}`;
}
