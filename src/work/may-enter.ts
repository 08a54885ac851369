import { wishOnce } from '../domain/effect/effect.ts';
import { isOperator } from '../domain/people.ts';
import { whyNotEnter } from '../domain/policy/narrow.ts';
import { OBSERVED } from '../domain/policy/observe.ts';
import type { RepositoryConfig } from '../domain/policy/repository-config.ts';
import { workedRuns } from '../domain/session/conversation.ts';
import type { Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { ALL, type Ports } from './ports.ts';

type Preparing = Extract<Session, { state: 'preparing' }>;
type Newest = { readonly config: RepositoryConfig; readonly labels: readonly string[] };

/**
 * Asked with the newest configuration before a run is launched, because an older one gave the slot. Where it says no, the
 * session is told so, and goes back or ends. Labels are asked of the first run alone: Reeve and people change them later.
 * Safe to repeat: a run has one cause for it, and the answer one key.
 */
export async function mayEnter(ports: Ports, session: Preparing, { config, labels }: Newest): Promise<boolean> {
  const { id, runId, requestedBy: to, issueNumber, repositoryId } = session;
  const at = ports.now();
  const isFirst = workedRuns(session.runs.slice(0, -1)).length === 0 && !isOperator(to);
  const why = isFirst ? whyNotEnter(config, labels) : null;
  if (why !== null) {
    const cause = `not-let-in:${runId}`;
    const reply = { topic: 'label-not-now', to, why: `No work begins on this issue: ${why}` } as const;
    const place = { repositoryId, issueNumber };
    await ports.store.outbox.add([wishOnce(place, cause, { kind: 'reply', onNumber: issueNumber, reply })], at);
    ports.queue.nudge('outbox', ALL);
    const { id: me, login } = await ports.github.me();
    if ((await ports.runs.stop(runId, at)) === 'stopping') return false;
    await moveSession(ports, id, cause, { kind: 'stop-requested', by: { id: me, login }, at });
    return false;
  }
  if (config.mode === 'full') return true;
  // An earlier try may have started its host all the same.
  if ((await ports.runs.stop(runId, at)) === 'stopping') return false;
  await moveSession(ports, id, `launch:${runId}`, {
    kind: 'launch-failed',
    runId,
    detail: OBSERVED,
    outageUntil: at, // at once: it waits in the queue, where it is told what for
    at,
  });
  return false;
}
