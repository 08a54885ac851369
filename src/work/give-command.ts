import {
  ANSWER_CHARACTERS_MAX,
  COMMAND_EVENT,
  endOfNote,
  SUBMISSIONS_MAX,
  submissionOf,
  type CommandBody,
  type CommandEnd,
  type SteeringVerb,
} from '../domain/command/operator-command.ts';
import { sessionIdOf, type DeliveryId, type SessionId } from '../domain/ids.ts';
import { whyNot } from '../domain/session/allowed.ts';
import { isFinal, openQuestion } from '../domain/session/session.ts';
import { UserError } from '../lib/errors.ts';
import { oneLine } from '../render/one-line.ts';
import type { Store } from '../store/store.ts';
import { findSession, repositoryNamed, readIssueName } from './find-session.ts';

const NAME_CHARACTERS_MAX = 200; // of what was typed, in the sentence that says it is no issue

type Inbox = Pick<Store, 'deliveries' | 'repositories' | 'sessions'>;

/** What an operator asks for: `name` is a session's id or its issue, `OWNER/REPO#N`. */
export type Wanted = { readonly name: string } & (
  { readonly verb: SteeringVerb } | { readonly verb: 'answer'; readonly text: string }
);

/** A command that lies in the inbox: a server hears it within its poll interval, or at its next start. */
export type GivenCommand = { readonly delivery: DeliveryId; readonly session: SessionId; readonly issue: string };

/** When the command is given, and the id of its delivery. */
type Giving = { readonly delivery: DeliveryId; readonly at: number };

/**
 * Puts a command into the inbox: one transaction, which a server may find at any moment. Whether it makes sense by then is
 * judged by who hears it. Throws UserErrors `session-not-found` and `not-now`.
 */
export async function giveCommand(store: Inbox, wanted: Wanted, giving: Giving): Promise<GivenCommand> {
  const found = await findSession(store, wanted.name);
  if (found.kind !== 'session') {
    throw new UserError('not-now', `The session ${found.id} is not open yet: \`reeve status ${found.id}\` says more.`);
  }
  const { session, issue } = found;
  const { id, repositoryId, issueNumber } = session;
  const repository = await store.repositories.get(repositoryId);
  if (!repository) throw new UserError('not-found', `Nothing is known of the repository of ${id}.`);
  const command = wanted.verb === 'answer' ? answerOf(found, wanted.text) : { verb: wanted.verb, session: id };
  await put(store, { repository, issueNumber, command }, giving);
  return { delivery: giving.delivery, session: id, issue };
}

function answerOf(
  { session }: Extract<Awaited<ReturnType<typeof findSession>>, { kind: 'session' }>,
  written: string,
): CommandBody['command'] {
  const question = openQuestion(session);
  if (!question) throw new UserError('not-now', whyNot(session, 'answer') ?? 'No question is open.');
  const text = written.trim();
  if (text === '') throw new UserError('not-now', 'The answer is empty.');
  if (text.length > ANSWER_CHARACTERS_MAX) {
    throw new UserError('not-now', `The answer is longer than ${ANSWER_CHARACTERS_MAX} characters.`);
  }
  return { verb: 'answer', session: session.id, number: question.number, text };
}

/** `given` is null when work on the issue is open already, as the session that is named. */
export type Submission = {
  readonly session: SessionId;
  readonly issue: string;
  readonly given: GivenCommand | null;
};

/**
 * Asks for work on an issue, and says at once which session that will be. Submitting again before a server has heard is the
 * same submission. Throws UserErrors `not-found` and `wrong-use`.
 */
export async function submitIssue(store: Inbox, name: string, at: number): Promise<Submission> {
  const place = readIssueName(name);
  if (!place)
    throw new UserError(
      'wrong-use',
      `${oneLine(name, NAME_CHARACTERS_MAX)} is no issue: write OWNER/REPO#N, such as acme/shop#3.`,
    );
  const repository = await repositoryNamed(store, place);
  const issue = `${repository.owner}/${repository.name}#${place.issueNumber}`;
  const latest = await store.sessions.ofIssue(repository.id, place.issueNumber);
  if (latest && !isFinal(latest)) return { session: latest.id, issue, given: null };
  const session = sessionIdOf(repository.id, place.issueNumber, latest ? ordinalOf(latest.id) + 1 : 1);
  const delivery = await freeSubmission(store, session);
  await put(
    store,
    { repository, issueNumber: place.issueNumber, command: { verb: 'submit', session } },
    { delivery, at },
  );
  return { session, issue, given: { delivery, session, issue } };
}

/** The one that waits, or the one after the last refusal. */
async function freeSubmission({ deliveries }: Pick<Inbox, 'deliveries'>, session: SessionId): Promise<DeliveryId> {
  for (let nth = 1; nth <= SUBMISSIONS_MAX; nth += 1) {
    const fate = await deliveries.fate(submissionOf(session, nth));
    if (fate === null || fate.state === 'waiting') return submissionOf(session, nth);
  }
  throw new UserError('not-now', `It was refused ${SUBMISSIONS_MAX} times. Label the issue instead.`);
}

function ordinalOf(id: SessionId): number {
  return Number(id.slice(id.lastIndexOf('-') + 1));
}

async function put({ deliveries }: Inbox, body: CommandBody, { delivery, at }: Giving): Promise<void> {
  await deliveries.receive({ id: delivery, event: COMMAND_EVENT, payload: JSON.stringify(body), receivedAt: at });
}

/** What came of a command; null while no server has heard it. */
export async function endOfCommand(
  { deliveries }: Pick<Inbox, 'deliveries'>,
  delivery: DeliveryId,
): Promise<CommandEnd | null> {
  const fate = await deliveries.fate(delivery);
  return fate === null || fate.state === 'waiting' ? null : endOfNote(fate.note);
}
