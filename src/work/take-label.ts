import { wishOnce } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer, type Person } from '../domain/people.ts';
import { NEVER_LABEL, READY_LABEL } from '../domain/session/display.ts';
import { isFinal } from '../domain/session/session.ts';
import { openWork } from './open-work.ts';
import { ALL, type Ports } from './ports.ts';
import { unlessGone } from './unless-gone.ts';

/**
 * `reeve:ready` asks for work. It counts for those who may write, judged now by GitHub; anybody else is told so once.
 * Safe to repeat: an issue has one open session, and the refusal has one key for each person and issue.
 */
export async function takeLabel(
  ports: Ports,
  event: Extract<IncomingEvent, { kind: 'issue-labeled' }>,
  cause: string,
): Promise<string> {
  const { repository, issue, sender } = event;
  if (event.label !== READY_LABEL) return 'another label';
  if (!issue.isOpen) return 'the issue is closed';
  if (sender.isBot) return 'labelled by a bot';
  const person: Person = { id: sender.id, login: sender.login };
  if (!maySteer(await ports.github.permissionOf(repository, person))) {
    return refuse(ports, { repositoryId: repository.id, issueNumber: issue.number }, person);
  }
  const facts = await unlessGone(ports.github.issue(repository, issue.number));
  // The delivery may be old: only what is true now starts work.
  if (!facts?.isOpen || facts.isPull) return 'the issue is not open any more';
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
