import type { Person } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { NEVER_LABEL } from '../domain/session/display.ts';
import { isFinal, type Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { openWork } from './open-work.ts';
import type { Ports } from './ports.ts';
import { repositoryOf } from './prepare-run.ts';
import { unlessGone } from './unless-gone.ts';

export type Order = {
  readonly session: Session | null;
  readonly verb: 'stop' | 'retry' | 'pause' | 'resume';
  readonly by: Person;
  /** What asked for it, once and for ever: a comment's id, a button press's delivery. */
  readonly cause: string;
};

/**
 * Does what a permitted person asks of a session; gives the sentence to answer with when it makes no sense now.
 * Safe to repeat: a cause moves or opens a session once.
 */
export async function obeyCommand(ports: Ports, { session, verb, by, cause }: Order): Promise<string | null> {
  if (session && (await hasMoved(ports, session, cause))) return null;
  const why = whyNot(session, verb);
  if (why !== null || session === null) return why;
  if (verb === 'retry' && isFinal(session)) return workAgain(ports, session, { by, cause });
  const hindrance = verb === 'retry' ? await whyNoNextRound(ports, session) : null;
  if (hindrance !== null) return hindrance;
  const moved = await moveSession(ports, session.id, cause, { kind: `${verb}-requested`, by, at: ports.now() });
  if (moved.outcome === 'moved' || (await hasMoved(ports, session, cause))) return null;
  return whyNot(await ports.store.sessions.get(session.id), verb); // it went on while we looked
}

/** What has ended is tried again as a new session. */
async function workAgain(
  ports: Ports,
  session: Session,
  { by, cause }: Pick<Order, 'by' | 'cause'>,
): Promise<string | null> {
  const hindrance = await whyNoNewWork(ports, session);
  if (hindrance !== null) return hindrance;
  const { repositoryId, issueNumber, title, wants = null } = session;
  await openWork(ports, { repositoryId, issueNumber, title, wants, by, cause, retryOf: session.id });
  return null;
}

/** New work begins on an open issue only, and nowhere against a person's word; as GitHub has it now. */
async function whyNoNewWork(ports: Ports, { repositoryId, issueNumber }: Session): Promise<string | null> {
  const issue = await unlessGone(ports.github.issue(await repositoryOf(ports, repositoryId), issueNumber));
  if (!issue) return 'The issue is gone.';
  if (!issue.isOpen) return 'The issue is closed. Open it again first.';
  return issue.labels.includes(NEVER_LABEL) ? `The issue carries the label \`${NEVER_LABEL}\`. Remove it first.` : null;
}

/** The work of people on our branch is never pushed over, so another round would be for nothing. */
async function whyNoNextRound(ports: Ports, { repositoryId, pull, branch }: Session): Promise<string | null> {
  if (!pull) return null;
  const { headSha } = await ports.github.pull(await repositoryOf(ports, repositoryId), pull.number);
  if (headSha === pull.headSha) return null;
  return `Somebody has pushed to \`${branch}\`, and I do not build on the commits of others. Merge or close #${pull.number}; label the issue again for a fresh start.`;
}

/**
 * The same order again (a second look after a crash) must not be answered as if it came too late; nor must it reach the
 * next session of its issue, which may have been opened meanwhile.
 */
export function hasMoved({ store }: Pick<Ports, 'store'>, session: Session, cause: string): Promise<boolean> {
  return store.sessions.hasCaused(session, cause);
}
