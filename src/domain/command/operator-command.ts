import { z } from 'zod';

import { deliveryId, sessionId, type DeliveryId, type SessionId } from '../ids.ts';

/** The verbs that steer a session without further words: the same as in a comment, through the same function. */
export const steeringVerbs = ['stop', 'retry', 'pause', 'resume'] as const;
export type SteeringVerb = (typeof steeringVerbs)[number];

/** What an operator asks for on the command line. It waits in the inbox until a server hears it. */
export type OperatorCommand =
  /** Work on an issue, as this session: the next one of the issue when the command was given. */
  | { readonly verb: 'submit'; readonly session: SessionId }
  /** `number` is the question that was open when the command was given. */
  | { readonly verb: 'answer'; readonly session: SessionId; readonly number: number; readonly text: string }
  | { readonly verb: SteeringVerb; readonly session: SessionId };

/**
 * The event of a delivery that carries a command. No webhook can claim it: our intake refuses an `X-GitHub-Event` with a dot,
 * and GitHub has none.
 */
export const COMMAND_EVENT = 'reeve.command';

export const ANSWER_CHARACTERS_MAX = 65_536; // as much as a comment on GitHub holds

const session = z.string().max(100).transform(sessionId);
const repository = z.strictObject({
  ...{ id: z.number(), owner: z.string(), name: z.string(), defaultBranch: z.string(), installationId: z.number() },
});

/** The body of such a delivery. `repository` is what we knew of it when the command was given. */
export const commandBody = z.strictObject({
  repository,
  issueNumber: z.number().int().positive(),
  command: z.discriminatedUnion('verb', [
    z.strictObject({ verb: z.literal('submit'), session }),
    z.strictObject({
      ...{ verb: z.literal('answer'), session, number: z.number().int().positive() },
      text: z.string().min(1).max(ANSWER_CHARACTERS_MAX),
    }),
    z.strictObject({ verb: z.enum(steeringVerbs), session }),
  ]),
});
export type CommandBody = z.output<typeof commandBody>;

/** What became of a command. `why` is a sentence for whoever gave it. */
export type CommandEnd =
  /** `opened` is the session that goes on where the one that was named had ended. */
  { readonly outcome: 'obeyed'; readonly opened?: SessionId } | { readonly outcome: 'refused'; readonly why: string };

const OBEYED = 'obeyed';
const OPENED = 'obeyed, as ';
const REFUSED = 'refused: ';

/** The note that stays with the delivery of a command. */
export function noteOfEnd(end: CommandEnd): string {
  if (end.outcome === 'refused') return `${REFUSED}${end.why}`;
  return end.opened === undefined ? OBEYED : `${OPENED}${end.opened}`;
}

/** What such a note says. Any other note was made before the command itself was looked at, and tells why it was not. */
export function endOfNote(note: string): CommandEnd {
  if (note === OBEYED) return { outcome: 'obeyed' };
  if (note.startsWith(OPENED)) return { outcome: 'obeyed', opened: sessionId(note.slice(OPENED.length)) };
  return { outcome: 'refused', why: note.startsWith(REFUSED) ? note.slice(REFUSED.length) : `${note}.` };
}

/** More refusals than this of one session that was never opened is nobody typing. */
export const SUBMISSIONS_MAX = 100;

/**
 * The delivery by which a session is submitted for the nth time, from 1: only after a refusal is there another one. So
 * submitting twice is submitting once, and the delivery can be found by the session's id.
 */
export function submissionOf(session: SessionId, nth: number): DeliveryId {
  return deliveryId(`submit:${session}:${nth}`);
}
