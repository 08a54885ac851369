import { advanceSession } from '../work/advance-session.ts';
import { performEffects } from '../work/perform-effects.ts';
import type { JobName, Ports } from '../work/ports.ts';
import { routeDeliveries, type Deliver } from '../work/route-deliveries.ts';
import { sweepDeliveries } from '../work/sweep-deliveries.ts';
import { selectWork } from '../work/select-work.ts';

type Job = (key: string, signal: AbortSignal) => Promise<void>;

/** The table of jobs: what each does, and what its key means. */
export function createJobs(ports: Ports, deliver: Deliver): Readonly<Record<JobName, Job>> {
  return {
    /** `all`: every waiting delivery, oldest first. */
    deliveries: (_, signal) => routeDeliveries(ports, deliver, signal),
    /** `all`: free slots to queued sessions. */
    selection: () => selectWork(ports),
    /** A session's id: the next step of that session. */
    session: (id) => advanceSession(ports, id),
    /** `all`: every effect that is due. */
    outbox: (_, signal) => performEffects(ports, signal),
    /** `all`: deliveries that GitHub could not deliver. */
    sweep: () => sweepDeliveries(ports),
  };
}
