import { advanceSession } from '../work/advance-session.ts';
import { performEffects } from '../work/perform-effects.ts';
import type { JobName, Ports } from '../work/ports.ts';
import { routeDeliveries, type Deliver } from '../work/route-deliveries.ts';
import { selectWork } from '../work/select-work.ts';
import { nothingSwept, sweepDeliveries } from '../work/sweep-deliveries.ts';

type Job = (key: string, signal: AbortSignal) => Promise<void>;
type Options = { readonly deliver: Deliver; readonly roles: readonly string[] };

/** The table of jobs: what each does, and what its key means. Those of a role that this server does not play do nothing. */
export function createJobs(ports: Ports, { deliver, roles }: Options): Readonly<Record<JobName, Job>> {
  const as = (role: 'work' | 'run', job: Job): Job => (roles.includes(role) ? job : async () => {});
  let swept = nothingSwept;
  return {
    /** `all`: every waiting delivery, oldest first. */
    deliveries: as('work', (_, signal) => routeDeliveries(ports, deliver, signal)),
    /** `all`: every effect that is due. */
    outbox: as('work', (_, signal) => performEffects(ports, signal)),
    /** `all`: deliveries that GitHub could not deliver. */
    sweep: as('work', async () => {
      swept = await sweepDeliveries(ports, swept);
    }),
    /** `all`: free slots to queued sessions. */
    selection: as('run', () => selectWork(ports)),
    /** A session's id: the next step of that session. */
    session: as('run', (id) => advanceSession(ports, id)),
  };
}
