import { wishOnce, type Reply } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer, type Person } from '../domain/people.ts';
import { AGENT_LABEL_PREFIX, agentOfLabels, NEVER_LABEL, READY_LABEL } from '../domain/session/display.ts';
import { whyNotStart } from '../domain/session/allowed.ts';
import { isFinal } from '../domain/session/session.ts';
import { whyNotEnter } from '../domain/policy/narrow.ts';
import { moveSession } from './move-session.ts';
import { openWork } from './open-work.ts';
import { ALL, type Ports } from './ports.ts';
import { configOf } from './read-repository-config.ts';
import { isTakenBack } from './taken-back.ts';
import { unlessGone } from './unless-gone.ts';

type Labeled = Extract<IncomingEvent, { kind: 'issue-labeled' }>;

/**
 * `reeve:ready` asks for work, `reeve:never` ends and forbids it, `reeve:agent/NAME` chooses who does it. All count for those
 * who may write, judged now by GitHub; anybody else is told so once. Where work waits for somebody the first is answered by
 * what goes on with it. Safe to repeat: an issue has one open session, a cause moves it once, and the refusal has
 * one key for each person and issue.
 */
export function takeLabel(ports: Ports, event: Labeled, cause: string): Promise<string> {
  switch (event.label) {
    case READY_LABEL:
      return takeReady(ports, event, cause);
    case NEVER_LABEL:
      return takeNever(ports, event, cause);
    default:
      return event.label.startsWith(AGENT_LABEL_PREFIX)
        ? takeAgent(ports, event, cause)
        : Promise.resolve('another label');
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

/** Who is to go on with the work that is under way; a label on an issue without work counts once work begins. */
async function takeAgent(ports: Ports, event: Labeled, cause: string): Promise<string> {
  const { repository, issue, sender } = event;
  const session = await ports.store.sessions.ofIssue(repository.id, issue.number);
  if (!session || isFinal(session)) return 'no work to choose an agent for';
  if (sender.isBot) return 'labelled by a bot';
  const by: Person = { id: sender.id, login: sender.login };
  const place = { repositoryId: repository.id, issueNumber: issue.number };
  if (!maySteer(await ports.github.permissionOf(repository, by))) return refuse(ports, place, by);
  const facts = await unlessGone(ports.github.issue(repository, issue.number));
  if (facts && !facts.labels.includes(event.label)) return 'the label is gone again';
  const name = agentOfLabels([event.label]) ?? '';
  const stranger = unknownAgent(ports, name, by);
  if (stranger !== null) {
    await answerOnce(ports, place, { cause, reply: stranger });
    return 'no such agent';
  }
  return (await moveSession(ports, session.id, cause, { kind: 'agent-chosen', name, by, at: ports.now() })).outcome;
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
  const place = { repositoryId: repository.id, issueNumber: issue.number };
  const found = session === null ? 'nothing' : 'session';
  const isKnown = session !== null && (!isFinal(session) || (await ports.store.sessions.hasCaused(session, cause)));
  if (!isKnown && (await isTakenBack(ports, repository, { issueNumber: issue.number, found }))) {
    return answerOnce(ports, place, { cause, reply: { topic: 'label-not-now', to: person, why: TAKEN_BACK } });
  }
  const closedTo = isKnown ? null : whyNotEnter(await configOf(ports, repository.id), facts.labels);
  if (closedTo !== null) {
    const why = `No work begins on this issue: ${closedTo}`;
    return answerOnce(ports, place, { cause, reply: { topic: 'label-not-now', to: person, why } });
  }
  const wants = agentOfLabels(facts.labels);
  const stranger = wants === null ? null : unknownAgent(ports, wants, person);
  const opened = await openWork(ports, {
    repositoryId: repository.id,
    issueNumber: issue.number,
    title: facts.title,
    wants: stranger === null ? wants : null,
    by: person,
    cause,
  });
  if (opened.outcome === 'opened' && (await isTakenBack(ports, repository, { issueNumber: issue.number, found }))) {
    // The stop was heard between the two looks, and found nothing to stop.
    const { id, login } = await ports.github.me();
    const by: Person = { id, login };
    await moveSession(ports, opened.session.id, `taken-back:${cause}`, { kind: 'stop-requested', by, at: ports.now() });
    return 'stopped meanwhile';
  }
  const why = opened.outcome === 'already-open' ? whyNotStart(opened.session) : null;
  if (why === null) {
    // Said when work begins: while none was under way, nobody heard the label of an agent.
    if (stranger !== null && opened.outcome === 'opened') await answerOnce(ports, place, { cause, reply: stranger });
    return opened.outcome;
  }
  const reply = { topic: 'label-not-now', to: person, why } as const;
  return answerOnce(ports, place, { cause, reply });
}

/** The answer to whoever chose an agent that is not on this server; null when it is. */
function unknownAgent({ settings }: Ports, name: string, to: Person): Reply | null {
  const known = settings.agents.map((agent) => agent.name);
  return known.includes(name) ? null : { topic: 'unknown-agent', to, name, known };
}

const TAKEN_BACK = '`/reeve stop` was said after it was put here. Remove it and put it here again to start.';

/** A label cannot be answered by a reaction, so that its answer is a comment. */
async function answerOnce(
  { store, queue, now }: Ports,
  place: { readonly repositoryId: number; readonly issueNumber: number },
  { cause, reply }: { readonly cause: string; readonly reply: Reply },
): Promise<string> {
  await store.outbox.add([wishOnce(place, cause, { kind: 'reply', onNumber: place.issueNumber, reply })], now());
  queue.nudge('outbox', ALL);
  return `replied: ${reply.topic}`;
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
