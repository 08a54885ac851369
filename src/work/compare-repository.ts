import type { Session } from '../domain/session/session.ts';
import type { Repository } from '../domain/event/incoming.ts';
import { foundClosed, type FoundDelivery } from '../github/found-delivery.ts';
import { compareChecks } from './compare-checks.ts';
import { compareComments } from './compare-comments.ts';
import { compareNever, compareReady, type Since } from './compare-labels.ts';
import type { Ports } from './ports.ts';
import { refreshRepositoryConfig } from './read-repository-config.ts';
import { receiveDelivery } from './receive-delivery.ts';
import { unlessGone } from './unless-gone.ts';

const CLOCK_SLACK_MS = 600_000; // a comment may seem to be heard before it was made

type Comparing = Pick<Ports, 'github' | 'store' | 'queue' | 'now' | 'log' | 'openMirror'>;

/**
 * Looks for what is so in one repository on GitHub and we were not told: labels, comments, issues and pull requests that
 * were closed. Each difference goes into the inbox as the delivery that we lack, under an id of its own that is the same
 * each time. So it is heard by the same use cases, tried again and set aside like any other; and the cursor needs no
 * transaction with anything: it moves once the inbox holds everything before it, and a crash in between finds the same
 * again, which the inbox knows already. Gives how much was new.
 *
 * Compared is what decides something. A check does, because a branch rule may wait for it: ours is put back. A card or a
 * label of ours that people removed comes back with the next change of its session, and not because of a comparison. Presses of buttons leave no trace on GitHub: of these
 * only the sweep hears.
 */
export async function compareRepository(
  ports: Comparing,
  repository: Repository,
  sessions: readonly Session[],
  since: Since,
): Promise<number> {
  const { store, log } = ports;
  const cursorName = `comments/${repository.id}`;
  const cursor = (await store.cursors.get(cursorName)) ?? since.startAt;
  // What was heard before is forgotten, so that it cannot be told from what was not.
  const forgotten = (await store.cursors.get('forgotten')) ?? 0;
  const startAt = Math.max(since.startAt, forgotten > 0 ? forgotten + since.aheadMs + CLOCK_SLACK_MS : 0);
  const { found: comments, until, isCut } = await compareComments(ports, repository, { startAt, cursor });
  const others = [
    ...(await compareReady(ports, repository, since)),
    ...(await compareSessions(ports, repository, sessions)),
  ];
  // In the order in which it happened: a label, and later a comment that says stop, mean something else the other way
  // round. GitHub tells the second only; within one, whoever says stop has the last word.
  const inOrder = [...others.filter(({ at }) => !isCut || at <= until), ...comments].toSorted(
    (one, other) => one.at - other.at,
  );
  let count = 0;
  for (const { id, event, payload } of inOrder) {
    const outcome = await receiveDelivery(ports, { id, event, payload, receivedAt: ports.now() });
    if (outcome === 'known') continue;
    count += 1;
    log.info({ delivery: id, event, repository: repository.id }, 'A comparison found what no delivery had told.');
  }
  await store.cursors.advance(cursorName, until);
  await compareChecks(ports, repository, sessions);
  await refreshRepositoryConfig(ports, repository);
  return count;
}

async function compareSessions(
  ports: Comparing,
  repository: Repository,
  sessions: readonly Session[],
): Promise<FoundDelivery[]> {
  const { github } = ports;
  const found: (FoundDelivery | null)[] = [];
  for (const { issueNumber, pull } of sessions) {
    const issue = await unlessGone(github.thread(repository, issueNumber));
    if (issue) found.push(await compareNever(ports, repository, issue));
    // Once a pull request is open, it decides and not its issue.
    const deciding = pull ? await unlessGone(github.thread(repository, pull.number)) : issue;
    if (deciding) found.push(foundClosed(repository, deciding));
  }
  return found.filter((one) => one !== null);
}
