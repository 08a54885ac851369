import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

const QUEUED_READ_MAX = 100; // more cannot start in one pass on any machine we support

/**
 * Gives free slots to the sessions that have waited longest. A session that waits for a person holds no slot. Safe to
 * repeat: the slots in use are counted from the stored states.
 */
export async function selectWork(ports: Pick<Ports, 'store' | 'queue' | 'log' | 'now' | 'settings'>): Promise<void> {
  const { store, settings } = ports;
  const busy = await store.sessions.inStates(['preparing', 'working'], settings.slots);
  const free = settings.slots - busy.length;
  if (free <= 0) return;
  const queued = await store.sessions.inStates(['queued'], QUEUED_READ_MAX);
  for (const session of queued.slice(0, free)) {
    await moveSession(ports, session.id, `slot:v${session.version}`, { kind: 'slot-granted', at: ports.now() });
  }
}
