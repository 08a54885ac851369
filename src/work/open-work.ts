import { crashPoint } from '../lib/crash-point.ts';
import { sessionIdOf, type SessionId } from '../domain/ids.ts';
import type { Person } from '../domain/people.ts';
import { openSession } from '../domain/session/open.ts';
import type { Session } from '../domain/session/session.ts';
import { ALL, type Ports } from './ports.ts';

type Wanted = {
  readonly repositoryId: number;
  readonly issueNumber: number;
  readonly title: string;
  /** The agent that people chose for it. */
  readonly wants?: string | null;
  readonly by: Person;
  /** What asked for it: it opens one session, however often it is looked at. */
  readonly cause: string;
  /** The ended session that this one is to try again. */
  readonly retryOf?: SessionId;
};

/** Opens a session on an issue unless one is open. Safe to repeat: the store keeps one open session for each issue. */
export async function openWork(
  ports: Ports,
  wanted: Wanted,
): Promise<{ readonly outcome: 'opened' | 'already-open'; readonly session: Session }> {
  const { store, queue, now, newId, log } = ports;
  crashPoint('session.opening');
  const result = await store.sessions.open(wanted, wanted.cause, ({ ordinal, previous }) =>
    openSession({
      id: sessionIdOf(wanted.repositoryId, wanted.issueNumber, ordinal),
      repositoryId: wanted.repositoryId,
      issueNumber: wanted.issueNumber,
      title: wanted.title,
      previousId: wanted.retryOf ?? previous?.id ?? null,
      requestedBy: wanted.by,
      ...(wanted.wants ? { wants: wanted.wants } : {}),
      conversationId: newId(),
      at: now(),
    }),
  );
  crashPoint('session.opened');
  if (result.outcome === 'opened') {
    log.info({ session: result.session.id, by: wanted.by.login }, 'A session is open.');
    queue.nudge('outbox', ALL);
    queue.nudge('selection', ALL);
  }
  return result;
}
