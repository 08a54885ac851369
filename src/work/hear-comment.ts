import { parseAnswer } from '../domain/command/answer.ts';
import type { Command } from '../domain/command/command.ts';
import { parseCommand } from '../domain/command/parse.ts';
import { wishOnce, type EffectBody, type Reply } from '../domain/effect/effect.ts';
import type { IncomingEvent } from '../domain/event/incoming.ts';
import { maySteer, type Person } from '../domain/people.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { openQuestion, type Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import { obeyCommand } from './obey-command.ts';
import { ALL, type Ports } from './ports.ts';
import { refuse } from './take-label.ts';

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
 * Safe to repeat: the comment's id is the cause of whatever follows.
 */
export async function hearComment(ports: Ports, event: CommentEvent): Promise<string> {
  const { repository, comment, onNumber } = event;
  if (comment.author.isBot || event.sender.id !== comment.author.id) return 'not written by a person';
  const session = event.isPull
    ? await ports.store.sessions.ofPull(repository.id, onNumber)
    : await ports.store.sessions.ofIssue(repository.id, onNumber);
  const parsed = parseCommand(comment.body);
  if (parsed === null && !(session && openQuestion(session))) return 'talk among people';
  const by: Person = { id: comment.author.id, login: comment.author.login };
  const heard: Heard = {
    event,
    by,
    session,
    place: { repositoryId: repository.id, issueNumber: session?.issueNumber ?? onNumber },
  };
  if (!maySteer(await ports.github.permissionOf(repository, by))) {
    return parsed === null
      ? 'an answer by somebody who may not answer'
      : refuse(ports, { ...heard.place, onNumber }, by);
  }
  if (parsed === null) return answer(ports, heard, comment.body);
  if ('unknownVerb' in parsed) {
    return reply(ports, heard, {
      topic: 'unknown-verb',
      to: by,
      verb: parsed.unknownVerb,
      suggestion: parsed.suggestion,
    });
  }
  return obey(ports, heard, parsed.command);
}

async function obey(ports: Ports, heard: Heard, command: Command): Promise<string> {
  const { by, session } = heard;
  switch (command.verb) {
    case 'help':
    case 'status':
      return reply(ports, heard, { topic: command.verb, to: by });
    case 'answer':
      return answer(ports, heard, command.text);
    case 'stop':
    case 'retry': {
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

async function answer(ports: Ports, heard: Heard, text: string): Promise<string> {
  const { session, by } = heard;
  const question = session && openQuestion(session);
  if (!session || !question) {
    const already =
      session && (await ports.store.sessions.history(session.id)).some(({ cause }) => cause === causeOf(heard));
    if (already) return 'heard before';
    return reply(ports, heard, { topic: 'not-now', to: by, verb: 'answer', why: whyNot(session, 'answer') ?? '' });
  }
  const { option, text: words, isBare } = parseAnswer(text, question);
  // What is held goes out only on a plain yes; with a condition, the agent is told the condition first.
  const isTaken = isBare || !(session.state === 'waiting' && session.on.kind === 'hold');
  const given = { option: isTaken ? option : null, text: words, by, at: ports.now() };
  const moved = await moveSession(ports, session.id, causeOf(heard), {
    kind: 'answered',
    number: question.number,
    answer: given,
    at: ports.now(),
  });
  return moved.outcome === 'moved' ? acknowledge(ports, heard) : 'heard before';
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
