import { mayAnswer, mentionAtStart } from '../domain/command/answer.ts';
import { mayCommand, type Command } from '../domain/command/command.ts';
import { readDecision } from '../domain/command/decision.ts';
import { parseCommand, type ParsedCommand } from '../domain/command/parse.ts';
import { slotOf, wishOnce, type EffectBody, type Reply } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer, type Permission, type Person } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { openQuestion, type Question, type Session } from '../domain/session/session.ts';
import { TransientError } from '../lib/errors.ts';
import { answerQuestion, NO_PLAIN_YES, OPERATORS_ONLY, UNCLEAR, whyTooLate } from './answer-question.ts';
import { hasMoved, obeyCommand } from './obey-command.ts';
import { moveSession } from './move-session.ts';
import { ALL, type Ports } from './ports.ts';
import { refuse } from './take-label.ts';
import { noteStop } from './taken-back.ts';

const LOOK_AGAIN_MS = 500; // a card is on the issue a moment after its session waits

type CommentEvent = Extract<IncomingEvent, { kind: 'comment-created' }>;

/** One comment by one person, with the session that it is about. */
type Heard = {
  readonly event: CommentEvent;
  readonly by: Person;
  readonly session: Session | null;
  readonly place: { readonly repositoryId: number; readonly issueNumber: number };
};

/**
 * A comment may be a command or an answer. Only people who may write are heard, judged now by GitHub; bots never are.
 *
 * Safe to repeat, also when the next session of the issue was opened between two looks: the comment's id is the cause of
 * whatever follows. It moves or opens one session of the issue, and what did so is only acknowledged again. Each reply has
 * a key of the comment, of which there is one (and one more that says which command counted); the refusal has one of its
 * person and issue; the reaction is the same for GitHub however often it is set.
 */
export async function hearComment(ports: Ports, event: CommentEvent): Promise<string> {
  const { repository, comment, onNumber } = event;
  if (comment.author.isBot || event.sender.id !== comment.author.id) return 'not written by a person';
  const session = event.isPull
    ? await ports.store.sessions.ofPull(repository.id, onNumber)
    : await ports.store.sessions.ofIssue(repository.id, onNumber);
  const parsed = parseCommand(comment.body);
  const by: Person = { id: comment.author.id, login: comment.author.login };
  const heard: Heard = {
    event,
    by,
    session,
    place: { repositoryId: repository.id, issueNumber: session?.issueNumber ?? onNumber },
  };
  if (session && (await hasMoved(ports, session, causeOf(heard)))) {
    const isMessage = session.messages?.some(({ commentId }) => commentId === comment.id);
    if (!isMessage) await acknowledge(ports, heard); // a crash may have come between the two
    return 'heard before';
  }
  const isWorking = session?.state === 'working' || session?.state === 'preparing'; // what its prompt holds is settled by then
  if (parsed === null && !isWorking && !(session && openQuestion(session))) return 'talk among people';
  if (!mayBeHeard(await ports.github.permissionOf(repository, by), parsed)) {
    if (parsed === null && isWorking) return 'talk among people';
    return parsed === null
      ? 'an answer by somebody who may not answer'
      : refuse(ports, { ...heard.place, onNumber }, by);
  }
  if (parsed === null) return isWorking ? tellAgent(ports, heard) : answerInWords(ports, heard);
  if (parsed.others > 0) await tellOneCommand(ports, heard, parsed);
  if ('unknownVerb' in parsed) {
    return reply(ports, heard, {
      topic: 'unknown-verb',
      to: by,
      verb: parsed.unknownVerb,
      suggestion: parsed.suggestion,
    });
  }
  return obey(ports, heard, parsed.command, parsed.isAlone);
}

/** Words without a command steer: they answer, or reach the agent. */
function mayBeHeard(permission: Permission, parsed: ParsedCommand): boolean {
  if (parsed === null) return maySteer(permission);
  return mayCommand(permission, 'command' in parsed ? parsed.command.verb : null);
}

/** A second reply to the same comment, so it has a cause of its own. */
async function tellOneCommand({ store, now }: Ports, heard: Heard, parsed: NonNullable<ParsedCommand>): Promise<void> {
  const verb = 'command' in parsed ? parsed.command.verb : parsed.unknownVerb;
  const { onNumber } = heard.event;
  const body = { kind: 'reply', onNumber, reply: { topic: 'one-command', to: heard.by, verb } } as const;
  await store.outbox.add([wishOnce(heard.place, `${causeOf(heard)}/others`, body)], now());
}

/**
 * What asked for work before this comment is taken back first. So whoever opens the session at this very moment sees that, or we
 * see the session; on a pull request its own session is meant.
 */
async function sessionToStop(ports: Ports, { event, session, place }: Heard): Promise<Session | null> {
  if (event.isPull) return session;
  await noteStop(ports, place, event.comment.createdAt);
  return ports.store.sessions.ofIssue(place.repositoryId, place.issueNumber);
}

async function obey(ports: Ports, heard: Heard, command: Command, isAlone: boolean): Promise<string> {
  const { by } = heard;
  const session = command.verb === 'stop' ? await sessionToStop(ports, heard) : heard.session;
  switch (command.verb) {
    case 'help':
    case 'status':
      return reply(ports, heard, { topic: command.verb, to: by });
    case 'answer':
      return answer(ports, heard, command.text, isAlone && mentionAtStart(command.text) === null);
    case 'stop':
    case 'retry':
    case 'pause':
    case 'resume': {
      const why = await obeyCommand(ports, { session, verb: command.verb, by, cause: causeOf(heard) });
      return why === null
        ? acknowledge(ports, heard)
        : reply(ports, heard, { topic: 'not-now', to: by, verb: command.verb, why });
    }
  }
}

function causeOf({ event }: Heard): string {
  return `comment:${event.comment.id}`;
}

/** A comment without a command reaches the agent that works on its issue. */
async function tellAgent(ports: Ports, heard: Heard): Promise<string> {
  const { session, by, event } = heard;
  const { id: commentId, body } = event.comment;
  const own = mentionAtStart(body) === null ? '' : (await ports.github.me()).login;
  if (!session || !mayAnswer(body, own)) return 'only a quote, or said to somebody else';
  const at = ports.now();
  const message = { commentId, text: body, by, at };
  const moved = await moveSession(ports, session.id, causeOf(heard), { kind: 'message-given', message, at });
  return moved.outcome === 'moved' ? 'kept for the agent' : 'talk among people';
}

/** A comment without a command answers the open question, if it was written after that. */
async function answerInWords(ports: Ports, heard: Heard): Promise<string> {
  const { session } = heard;
  const question = session && openQuestion(session);
  if (!question) return 'talk among people';
  const { body } = heard.event.comment;
  if (question.budget && readDecision(body, question, 'spend') !== 'yes') return 'talk among people';
  const own = mentionAtStart(body) === null ? '' : (await ports.github.me()).login;
  if (!mayAnswer(body, own)) return 'only a quote, or said to somebody else';
  const isAnswer = await isAfterQuestion(ports, { heard, session, question });
  return isAnswer ? answer(ports, heard, body) : 'written before the question was asked';
}

async function answer(ports: Ports, heard: Heard, text: string, isAlone = true): Promise<string> {
  const { session, by } = heard;
  const question = session && openQuestion(session);
  const why = question ? null : (whyNot(session, 'answer') ?? '');
  const isLate = session && question && !(await isAfterQuestion(ports, { heard, session, question }));
  if (!session || !question || isLate) {
    return sayNotNow(ports, heard, why ?? 'The question was asked after that was written.');
  }
  const commentId = heard.event.comment.id;
  const given = await answerQuestion(ports, { session, question, text, by, commentId, isAlone, cause: causeOf(heard) });
  switch (given) {
    case 'answered':
      return acknowledge(ports, heard);
    case 'no-such-option': {
      const options = question.options.length;
      return reply(ports, heard, { topic: 'no-such-option', to: by, number: question.number, options });
    }
    case 'no-plain-yes':
      return sayNotNow(ports, heard, NO_PLAIN_YES);
    case 'unclear':
      return sayNotNow(ports, heard, UNCLEAR);
    case 'not-theirs':
      return sayNotNow(ports, heard, OPERATORS_ONLY);
    case 'too-late':
      return sayNotNow(ports, heard, await whyTooLate(ports, session));
  }
}

function sayNotNow(ports: Ports, heard: Heard, why: string): Promise<string> {
  return reply(ports, heard, { topic: 'not-now', to: heard.by, verb: 'answer', why });
}

type Asked = { readonly heard: Heard; readonly session: Session; readonly question: Question };

/**
 * Ids of comments rise on GitHub: what is older than the question's own comment does not answer it, however late we hear
 * of it. While that comment is on its way nobody can tell.
 */
async function isAfterQuestion(ports: Ports, { heard, session, question }: Asked): Promise<boolean> {
  const slot = slotOf(session, { kind: 'question', sessionId: session.id, number: question.number });
  const card = await ports.store.outbox.remoteId(slot);
  if (card === null) {
    throw new TransientError('The question is not on the issue yet.', { retryAt: ports.now() + LOOK_AGAIN_MS });
  }
  return heard.event.comment.id > Number(card);
}

/** The person sees that the comment was understood, without a comment in return. */
function acknowledge(ports: Ports, heard: Heard): Promise<string> {
  return wishFor(ports, heard, { kind: 'react', commentId: heard.event.comment.id, content: 'rocket' });
}

function reply(ports: Ports, heard: Heard, text: Reply): Promise<string> {
  return wishFor(ports, heard, { kind: 'reply', onNumber: heard.event.onNumber, reply: text });
}

async function wishFor({ store, queue, now }: Ports, heard: Heard, body: EffectBody): Promise<string> {
  await store.outbox.add([wishOnce(heard.place, causeOf(heard), body)], now());
  queue.nudge('outbox', ALL);
  return body.kind === 'reply' ? `replied: ${body.reply.topic}` : 'obeyed';
}
