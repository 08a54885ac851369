import { wishOnce } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer, type Person } from '../domain/people.ts';
import { NEVER_LABEL, READY_LABEL } from '../domain/session/display.ts';
import { isFinal } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { openWork } from './open-work.ts';
import { ALL, type Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

type Labeled = Extract<IncomingEvent, { kind: 'issue-labeled' }>;

/**
 * `reeve:ready` asks for work, `reeve:never` ends and forbids it. Both count for those who may write, judged now by GitHub;
 * anybody else is told so once. Safe to repeat: an issue has one open session, a cause moves it once, and the refusal has
 * one key for each person and issue.
 */
export function takeLabel(ports: Ports, event: Labeled, cause: string): Promise<string> {
  switch (event.label) {
    case READY_LABEL:
      return takeReady(ports, event, cause);
    case NEVER_LABEL:
      return takeNever(ports, event, cause);
    default:
      return Promise.resolve('another label');
  }
}

async function takeNever(ports: Ports, event: Labeled, cause: string): Promise<string> {
  const { repository, issue, sender } = event;
  const session = await ports.store.sessions.ofIssue(repository.id, issue.number);
  if (!session || isFinal(session)) return 'no work to stop';
  if (sender.isBot) return 'labelled by a bot';
  const by: Person = { id: sender.id, login: sender.login };
  if (!maySteer(await ports.github.permissionOf(repository, by))) {
    return refuse(ports, { repositoryId: repository.id, issueNumber: issue.number }, by);
  }
  const facts = await unlessGone(ports.github.issue(repository, issue.number));
  if (facts && !facts.labels.includes(NEVER_LABEL)) return 'the label is gone again';
  return (await moveSession(ports, session.id, cause, { kind: 'work-forbidden', by, at: ports.now() })).outcome;
}

async function takeReady(ports: Ports, event: Labeled, cause: string): Promise<string> {
  const { repository, issue, sender } = event;
  if (!issue.isOpen) return 'the issue is closed';
  if (sender.isBot) return 'labelled by a bot';
  const person: Person = { id: sender.id, login: sender.login };
  const [permission, facts] = await Promise.all([
    ports.github.permissionOf(repository, person),
    unlessGone(ports.github.issue(repository, issue.number)), // mostly wanted, and people wait
  ]);
  if (!maySteer(permission)) {
    return refuse(ports, { repositoryId: repository.id, issueNumber: issue.number }, person);
  }
  if (facts === null) return 'the issue is gone';
  // The delivery may be old: only what is true now starts work.
  if (!facts.isOpen || facts.isPull) return 'the issue is not open any more';
  if (facts.isLocked) return 'the issue is locked';
  if (facts.labels.includes(NEVER_LABEL)) return `the issue carries ${NEVER_LABEL}`;
  const session = await ports.store.sessions.ofIssue(repository.id, issue.number);
  if (!facts.labels.includes(READY_LABEL) && !(session && !isFinal(session))) return 'the label is gone again';
  const opened = await openWork(ports, {
    repositoryId: repository.id,
    issueNumber: issue.number,
    title: facts.title,
    by: person,
    cause,
  });
  return opened.outcome;
}

/** Tells somebody once per issue that only people who may write can do this. */
export async function refuse(
  { store, queue, now }: Pick<Ports, 'store' | 'queue' | 'now'>,
  place: { readonly repositoryId: number; readonly issueNumber: number; readonly onNumber?: number },
  person: Person,
): Promise<string> {
  const { repositoryId, issueNumber, onNumber = issueNumber } = place;
  const reply = { topic: 'not-permitted', to: person } as const;
  const effect = wishOnce({ repositoryId, issueNumber }, `not-permitted:${person.id}`, {
    kind: 'reply',
    onNumber,
    reply,
  });
  await store.outbox.add([effect], now());
  queue.nudge('outbox', ALL);
  return 'not permitted';
}
