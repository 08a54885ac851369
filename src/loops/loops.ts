import { createLoop, type Loop } from '../lib/service.ts';
import { LEASE_RENEWAL_MS } from '../domain/lease/lease.ts';
import type { StateName } from '../domain/session/session.ts';
import { ALL, type Ports } from '../work/ports.ts';

const INBOX_MS_MAX = 1_000; // an operator's command lies there without a nudge, and the operator waits
const COMPARISON_STEP_MS = 30_000; // between two parts of one comparison, of so many repositories each
const RETENTION_MS = 600_000; // what is a few minutes older than its term does no harm
const LEFTOVERS_MS = 10 * 60_000; // a leak is rare, and a look reads the whole process table
const BUDGET_LOOK_MS = 60_000; // a new day may begin so much later here
const CLEANUP_STEP_MS = 60_000; // between two looks at the disk; most of them find nothing to do
const SESSIONS_MAX = 500; // looked at in one pass; the longest unchanged come first, so none starves

/** It goes on until the very end of a server that stops. */
export const LEASE_LOOP = 'lease';

/** States in which a session has a next step that nobody else will bring about. */
const movingStates: readonly StateName[] = ['preparing', 'working', 'publishing', 'retrying'];

/**
 * The whole background life on one page. Each loop finds its work in the store and asks for jobs; webhooks and nudges
 * only make the same jobs come sooner. Start-up makes one pass of each. A server without a role leaves its loops to others.
 *
 * | loop       | role | repairs                                                           |
 * | ---------- | ---- | ----------------------------------------------------------------- |
 * | deliveries | work | a delivery that was stored and not routed                         |
 * | outbox     | work | a wish that was stored and not performed, one whose time has come |
 * | sweep      | work | a delivery that never reached us                                  |
 * | comparison | work | a change on GitHub that no delivery will tell us any more         |
 * | retention  | work | nothing: it removes what is older than its term                   |
 * | selection  | run  | a queued session and a free slot                                  |
 * | sessions   | run  | a session whose next step was missed, an ended one not cleaned up |
 * | leftovers  | run  | processes and directories of runs that no session has             |
 * | budgets    | run  | a session that waits for the budget of a day which is over        |
 * | cleanup    | run  | a workspace that its session left, a disk with little room        |
 * | lease      | any  | nothing: it keeps this server the one that may write              |
 */
export function createLoops(
  ports: Pick<Ports, 'store' | 'queue' | 'quietRuns' | 'now' | 'log'>,
  options: {
    readonly pollMs: number;
    readonly sweepMs: number;
    readonly compareMs: number;
    readonly roles: readonly string[];
  },
): readonly Loop[] {
  const { store, queue, quietRuns, now, log } = ports;
  const loop = (name: string, pass: () => Promise<void>, intervalMs = options.pollMs): Loop =>
    createLoop({
      name,
      intervalMs,
      pass,
      now,
      onError: (err) => log.error({ err, loop: name }, 'A pass failed; the next one comes.'),
    });
  const work = (): readonly Loop[] => [
    loop('deliveries', async () => queue.nudge('deliveries', ALL), Math.min(options.pollMs, INBOX_MS_MAX)),
    loop('outbox', async () => queue.nudge('outbox', ALL)),
    loop('sweep', async () => queue.nudge('sweep', ALL), options.sweepMs),
    loop('comparison', async () => queue.nudge('comparison', ALL), Math.min(options.compareMs, COMPARISON_STEP_MS)),
    loop('retention', async () => queue.nudge('retention', ALL), RETENTION_MS),
  ];
  const run = (): readonly Loop[] => [
    loop('cleanup', async () => queue.nudge('cleanup', ALL), CLEANUP_STEP_MS),
    loop('selection', async () => queue.nudge('selection', ALL)),
    loop('budgets', async () => queue.nudge('budgets', ALL), BUDGET_LOOK_MS),
    loop('sessions', async () => {
      const moving = await store.sessions.inStates(movingStates, SESSIONS_MAX);
      const ended = await store.sessions.unsettled(SESSIONS_MAX);
      const due = [...moving.filter((session) => !quietRuns.isQuiet(session)), ...ended];
      for (const { id } of due) queue.nudge('session', id);
    }),
    loop('leftovers', async () => queue.nudge('leftovers', ALL), LEFTOVERS_MS),
  ];
  const { roles } = options;
  const lease = loop(LEASE_LOOP, async () => void (await store.lease.renew()), LEASE_RENEWAL_MS);
  return [lease, ...(roles.includes('work') ? work() : []), ...(roles.includes('run') ? run() : [])];
}
