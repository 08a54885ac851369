import { mayAnswer, mentionAtStart } from '../domain/command/answer.ts';
import { readDecision } from '../domain/command/decision.ts';
import { parseCommand } from '../domain/command/parse.ts';
import { tickedLetter } from '../domain/command/ticked.ts';
import { slotOf, wishOnce, type EffectBody } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer } from '../domain/people.ts';
import { openQuestion, type Question, type Session } from '../domain/session/session.ts';
import { answerQuestion, NO_PLAIN_YES, OPERATORS_ONLY, UNCLEAR } from './answer-question.ts';
import { hasMoved } from './obey-command.ts';
import { ALL, type Ports } from './ports.ts';

type EditEvent = Extract<IncomingEvent, { kind: 'comment-edited' }>;

/** What an edit says to which question. `isTick`: on our own card; otherwise in words of their own. */
type Said = { readonly question: Question; readonly text: string; readonly isTick: boolean };

const TOO_LATE =
  'The work has gone on with the answer as it was before it was edited. Say what is different in a new comment.';
const NO_SUCH_OPTION = 'The question has no such option.';

/**
 * A ticked checkbox on the card of the open question answers it, and so does an edit of what its author wrote below that card.
 * Whoever edits their answer before an agent is started with it has given the new one; after that they are told that it is too
 * late. An edit is no command. Only people who may write are heard, judged now. Safe to repeat: the delivery is the cause, and
 * moves the session once; each comment has one reply and one reaction for its edits.
 */
export async function hearEdit(ports: Ports, event: EditEvent, cause: string): Promise<string> {
  const { repository, comment, onNumber, sender } = event;
  if (sender.isBot) return 'not done by a person';
  const { sessions } = ports.store;
  const session = await (event.isPull
    ? sessions.ofPull(repository.id, onNumber)
    : sessions.ofIssue(repository.id, onNumber));
  if (!session) return 'talk among people';
  if (await hasMoved(ports, session, cause)) return 'heard before';
  const said = await whatItSays(ports, event, session);
  if (typeof said === 'string') return said;
  const by = { id: sender.id, login: sender.login };
  if (!maySteer(await ports.github.permissionOf(repository, by))) return 'an answer by somebody who may not answer';
  const { question, text, isTick } = said;
  const commentId = isTick ? {} : { commentId: comment.id };
  const given = await answerQuestion(ports, { session, question, text, by, ...commentId, cause });
  if (given === 'answered') {
    return isTick
      ? 'obeyed'
      : wishFor(ports, event, session, { kind: 'react', commentId: comment.id, content: 'rocket' });
  }
  const why = {
    ...{ 'too-late': TOO_LATE, unclear: UNCLEAR, 'no-such-option': NO_SUCH_OPTION },
    ...{ 'no-plain-yes': NO_PLAIN_YES, 'not-theirs': OPERATORS_ONLY },
  }[given];
  return wishFor(ports, event, session, {
    kind: 'reply',
    onNumber,
    reply: { topic: 'not-now', to: by, verb: 'answer', why },
  });
}

async function whatItSays(ports: Ports, event: EditEvent, session: Session): Promise<Said | string> {
  const { comment, sender } = event;
  const open = openQuestion(session);
  const card = open && (await cardOf(ports, session, open));
  if (open && comment.id === card) {
    const letter = tickedLetter(comment.body);
    return letter === null ? 'no one option is ticked' : { question: open, text: letter, isTick: true };
  }
  if (comment.author.id !== sender.id) return 'edited by somebody else';
  const text = await wordsOf(ports, comment.body);
  if (text === null) return 'no answer';
  if (open) {
    if (card === null || comment.id < card) return 'written before the question was asked';
    if (open.budget && readDecision(text, open, 'spend') !== 'yes') return 'talk among people';
    return { question: open, text, isTick: false };
  }
  const question = session.questions.find(({ answer }) => answer?.commentId === comment.id);
  return question ? { question, text, isTick: false } : 'talk among people';
}

/** What a comment answers with; null when it is a command of another kind, or nothing that could answer. */
async function wordsOf(ports: Ports, body: string): Promise<string | null> {
  const parsed = parseCommand(body);
  if (parsed !== null)
    return 'command' in parsed &&
      parsed.command.verb === 'answer' &&
      parsed.isAlone &&
      mentionAtStart(parsed.command.text) === null
      ? parsed.command.text
      : null;
  const own = mentionAtStart(body) === null ? '' : (await ports.github.me()).login;
  return mayAnswer(body, own) ? body : null;
}

async function cardOf(ports: Ports, session: Session, { number }: Question): Promise<number | null> {
  const slot = slotOf(session, { kind: 'question', sessionId: session.id, number });
  const id = await ports.store.outbox.remoteId(slot);
  return id === null ? null : Number(id);
}

async function wishFor(
  { store, queue, now }: Ports,
  { comment }: EditEvent,
  { repositoryId, issueNumber }: Session,
  body: EffectBody,
): Promise<string> {
  await store.outbox.add([wishOnce({ repositoryId, issueNumber }, `comment:${comment.id}/edited`, body)], now());
  queue.nudge('outbox', ALL);
  return body.kind === 'reply' ? `replied: ${body.reply.topic}` : 'obeyed';
}
