import { slotOf, type Effect } from '../domain/effect/effect.ts';
import type { Repository } from '../domain/event/incoming.ts';
import { effectKey } from '../domain/ids.ts';
import type { Pull, Session } from '../domain/session/session.ts';
import { ALL, type Ports } from './ports.ts';
import { checkDigest } from './shown-digest.ts';
import { unlessGone } from './unless-gone.ts';

type Comparing = Pick<Ports, 'github' | 'store' | 'queue' | 'now' | 'log'>;

/**
 * Our check runs on the commits that are in review. Such a check is completed, and a branch rule may wait for it: where
 * GitHub has none, or one that still runs, although we believe that it shows the end of the work, it is wished for again.
 * Where something is yet to be sent nothing is compared. A list that lags behind costs an update that changes nothing.
 * Safe to repeat. Gives how many were wished for.
 */
export async function compareChecks(
  ports: Comparing,
  repository: Repository,
  sessions: readonly Session[],
): Promise<number> {
  let count = 0;
  for (const { id, state } of sessions) {
    if (state !== 'reviewing') continue;
    const session = await ports.store.sessions.get(id); // as it is now: the list is of the beginning of the pass
    if (session?.state !== 'reviewing' || session.pull === null) continue;
    await lookAtHead(ports, repository, session, session.pull);
    if (await putBack(ports, repository, session, session.pull)) count += 1;
  }
  return count;
}

async function putBack(
  { github, store, queue, now, log }: Comparing,
  repository: Repository,
  session: Session,
  { headSha }: Pull,
): Promise<boolean> {
  const { id, repositoryId, issueNumber } = session;
  const body = { kind: 'check', sessionId: id, headSha } as const;
  const slot = slotOf(session, body);
  const isSent = (await store.outbox.remoteId(slot)) !== null;
  if (!isSent || (await store.outbox.shown(slot)) !== checkDigest(session, headSha)) return false;
  const checks = await unlessGone(github.findChecks(repository, headSha, id));
  if (checks === null || checks.some(({ isCompleted }) => isCompleted)) return false;
  const at = now();
  const effect: Effect = { ...body, slot, repositoryId, issueNumber, key: effectKey(`compare:${slot}:${at}`) };
  await store.outbox.addAnew(effect, at);
  queue.nudge('outbox', ALL);
  log.warn({ session: id, headSha, onGitHub: checks.length }, 'GitHub does not show our check as it is; sent again.');
  return true;
}

/**
 * Somebody may have pushed to our branch. A delivery of that would change nothing: the work is theirs to merge or close,
 * and another round is refused when it is asked for. So this is only told in the log, once for each commit.
 */
async function lookAtHead(
  { github, store, now, log }: Comparing,
  repository: Repository,
  { id }: Session,
  { number, headSha }: Pull,
): Promise<void> {
  const pull = await unlessGone(github.pull(repository, number));
  if (!pull || pull.headSha === headSha) return;
  const fact = `head:${id}:${pull.headSha}`;
  if (await store.facts.isHeard(fact)) return;
  log.info({ session: id, pull: number, ours: headSha, theirs: pull.headSha }, 'Somebody has pushed to our branch.');
  await store.facts.markHeard(fact, now());
}
