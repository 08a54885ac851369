import { advanceSession } from '../work/advance-session.ts';
import { renewBudgets } from '../work/budgets.ts';
import { cleanUpLeftovers, neverCleaned } from '../work/cleanup-leftovers.ts';
import { compareRepositories, nothingCompared } from '../work/compare-repositories.ts';
import { freeLeftovers, nothingFreed } from '../work/free-leftovers.ts';
import { performEffects } from '../work/perform-effects.ts';
import type { JobName, Ports } from '../work/ports.ts';
import { routeDeliveries, type Routing } from '../work/route-deliveries.ts';
import { removeOld } from '../work/remove-old.ts';
import { selectWork } from '../work/select-work.ts';
import { nothingSwept, sweepDeliveries } from '../work/sweep-deliveries.ts';

type Job = (key: string, signal: AbortSignal) => Promise<void>;
type Options = {
  readonly routing: Routing;
  readonly roles: readonly string[];
  readonly compareMs: number;
  readonly keepMs: number;
};

/** The table of jobs: what each does, and what its key means. Those of a role that this server does not play do nothing. */
export function createJobs(
  ports: Ports,
  { routing, roles, compareMs, keepMs }: Options,
): Readonly<Record<JobName, Job>> {
  const as = (role: 'work' | 'run', job: Job): Job => (roles.includes(role) ? job : async () => {});
  // Nobody waits for what these two ask of GitHub.
  const inBackground: Ports = { ...ports, github: ports.github.as('background') };
  let swept = nothingSwept;
  let compared = nothingCompared;
  let freed = nothingFreed;
  let cleaned = neverCleaned;
  return {
    /** `all`: every waiting delivery. */
    deliveries: as('work', (_, signal) => routeDeliveries(ports, routing, signal)),
    /** `all`: every effect that is due. */
    outbox: as('work', (_, signal) => performEffects(ports, signal)),
    /** `all`: deliveries that did not reach us. */
    sweep: as('work', async (_, signal) => {
      swept = await sweepDeliveries(inBackground, swept, { signal });
    }),
    /** `all`: what GitHub holds and no delivery told, in the repositories whose turn it is. */
    comparison: as('work', async (_, signal) => {
      compared = await compareRepositories(inBackground, compared, { everyMs: compareMs, signal });
    }),
    /** `all`: what is older than its term and not needed any more. */
    retention: as('work', (_, signal) => removeOld(ports, { keepMs, signal })),
    /** `all`: free slots to queued sessions. */
    selection: as('run', (_, signal) => selectWork(ports, signal)),
    /** `all`: processes and directories of runs that no session has. */
    leftovers: as('run', async (_, signal) => {
      freed = await freeLeftovers(ports, freed, signal);
    }),
    /** `all`: sessions whose day's budget is new again. */
    budgets: as('run', () => renewBudgets(ports)),
    /** `all`: the workspaces of ended sessions that are left. */
    cleanup: as('run', async () => {
      cleaned = await cleanUpLeftovers(ports, cleaned);
    }),
    /** A session's id: the next step of that session. */
    session: as('run', (id, signal) => advanceSession(ports, id, signal)),
  };
}
