import type { EffectBody } from '../effect/effect.ts';
import type { Message } from './message.ts';
import { move, type Transition } from './move.ts';
import type { Session, SessionEvent } from './session.ts';

type Working = Extract<Session, { state: 'working' }>;
type AtWork = Extract<Session, { state: 'preparing' | 'working' }>;

const MESSAGES_MAX = 50; // in one run; whoever says more is better heard after it
const TEXT_CHARACTERS_MAX = 20_000; // the rest stands on the issue, where the next run reads it

/**
 * Keeps what a person said for the agent at work, and shows that it was seen; of one that is being paused, so that its next
 * run hears it before anything is published. Null when it is kept already, or there is no more room.
 */
export function takeMessage(
  session: AtWork,
  { message, at }: Extract<SessionEvent, { kind: 'message-given' }>,
): Transition | null {
  const { messages = [] } = session;
  const isKnown = messages.some(({ commentId }) => commentId === message.commentId);
  if (isKnown || messages.length >= MESSAGES_MAX) return null;
  const kept: Message = { ...message, text: message.text.slice(0, TEXT_CHARACTERS_MAX), fate: null };
  return move(session, at, session, {
    changes: { messages: [...messages, kept] },
    shows: [],
    bodies: [reaction(message.commentId, 'eyes')],
  });
}

/** Records what became of messages; whoever wrote one that was read sees that. Null when nothing is new. */
export function hearOfMessages(
  session: Working,
  { fates, at }: Extract<SessionEvent, { kind: 'messages-heard' }>,
): Transition | null {
  const before = session.messages ?? [];
  const messages = before.map((one) => {
    const told = fates.find(({ commentId }) => commentId === one.commentId);
    return one.fate === null && told ? { ...one, fate: told.fate } : one;
  });
  const read = messages.filter(({ fate }, index) => fate === 'read' && before[index]?.fate === null);
  if (messages.every((one, index) => one === before[index])) return null;
  return move(session, at, session, {
    changes: { messages },
    shows: [],
    bodies: read.map(({ commentId }) => reaction(commentId, 'rocket')),
  });
}

/** Something was said to the agent that it could have heard and did not: it has to, before its work goes anywhere. */
export function hasUnheard({ messages = [] }: Pick<Session, 'messages'>): boolean {
  return messages.some(({ fate }) => fate === null || fate === 'too-late');
}

function reaction(commentId: number, content: 'eyes' | 'rocket'): EffectBody {
  return { kind: 'react', commentId, content };
}
