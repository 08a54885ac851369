import type { RunFacts } from '../domain/run/facts.ts';
import type { Session } from '../domain/session/session.ts';
import { messageText } from '../domain/prompt/message.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

type Working = Extract<Session, { state: 'working' }>;

/**
 * Brings to the agent at work what people said meanwhile, and tells its session what became of that. Safe to repeat: a
 * message has the comment's id, and a run takes each id once.
 */
export async function tellAgent(ports: Ports, session: Working, facts: RunFacts): Promise<void> {
  for (const { commentId, text, by, at } of waitingIn(session)) {
    const id = String(commentId);
    if (!facts.messages.has(id)) await ports.runs.tell(session.runId, { id, at, text: messageText({ text, by }) });
  }
  await hearFates(ports, session, facts);
}

/** Tells the session which messages its agent has heard, or did not. Safe to repeat: each has one fate. */
export async function hearFates(ports: Ports, session: Working, { messages }: RunFacts): Promise<void> {
  const fates = waitingIn(session).flatMap(({ commentId }) => {
    const fate = messages.get(String(commentId));
    return fate === undefined ? [] : [{ commentId, fate }];
  });
  if (fates.length === 0) return;
  const cause = `heard:${session.runId}:${fates.map(({ commentId }) => commentId).join()}`;
  await moveSession(ports, session.id, cause, { kind: 'messages-heard', fates, at: ports.now() });
}

function waitingIn({ messages = [] }: Working): NonNullable<Working['messages']> {
  return messages.filter(({ fate }) => fate === null);
}
