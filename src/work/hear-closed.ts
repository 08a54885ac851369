import type { IncomingEvent } from '../domain/event/incoming.ts';
import { isFinal, type SessionEvent } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

type Told<Kind extends IncomingEvent['kind']> = Extract<IncomingEvent, { kind: Kind }>;

/** Ends the work on an issue that is closed now: the delivery may be old. Safe to repeat: its cause moves a session once. */
export async function hearIssueClosed(ports: Ports, event: Told<'issue-closed'>, cause: string): Promise<string> {
  const { repository, issue, sender } = event;
  const session = await ports.store.sessions.ofIssue(repository.id, issue.number);
  if (!session) return 'no session on this issue';
  // Once there is a pull request it decides, and an end stays: no need to ask how the issue is now.
  if (session.pull || isFinal(session)) return 'its pull request decides, or it has ended';
  const now = await unlessGone(ports.github.issue(repository, issue.number));
  if (now?.isOpen) return 'the issue is open again';
  const by = { id: sender.id, login: sender.login };
  return (await moveSession(ports, session.id, cause, { kind: 'issue-closed', by, at: ports.now() })).outcome;
}

/** Ends a session whose pull request is merged, or is closed now. Safe to repeat: its cause moves a session once. */
export async function hearPullClosed(ports: Ports, event: Told<'pull-closed'>, cause: string): Promise<string> {
  const { repository, pullNumber, sender } = event;
  const session = await ports.store.sessions.ofPull(repository.id, pullNumber);
  if (!session) return 'not a pull request of ours';
  // Merged is for good; a closed one may have been opened again since, and even merged.
  const now = event.isMerged ? null : await unlessGone(ports.github.pull(repository, pullNumber));
  if (now?.isOpen) return 'the pull request is open again';
  const end: SessionEvent =
    event.isMerged || now?.isMerged
      ? { kind: 'pull-merged', by: event.mergedBy, at: ports.now() }
      : { kind: 'pull-closed', by: { id: sender.id, login: sender.login }, at: ports.now() };
  return (await moveSession(ports, session.id, cause, end)).outcome;
}
