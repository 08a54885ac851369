import { z } from 'zod';

import { measures } from '../domain/budget/budget.ts';
import { runId, sessionId } from '../domain/ids.ts';
import { hiddenKinds } from '../domain/prompt/hidden.ts';
import { closureReasons } from '../domain/place.ts';
import { permissionTools } from '../domain/run/permission.ts';
import type { Session } from '../domain/session/session.ts';
import { bound, storedReservation } from './stored-budget.ts';
import { parseStoredJson } from './stored.ts';

/** The text in which every store keeps a session. */
export function sessionToJson(session: Session): string {
  const storable: z.output<typeof storedSession> = session; // the compiler's proof that all of it can be read back
  return JSON.stringify(storable);
}

const PARSED_MAX = 256; // texts of which the session is remembered: loops read the same few again and again
const parsed = new Map<string, Session>();

/** The session of such a text; `id` names it in the error when the text is not a session. */
export function sessionFromJson(text: string, id: string): Session {
  const known = parsed.get(text);
  if (known) return known; // nobody changes a session in place, so all may have the same one
  const fresh = parseStoredJson(storedSession, text, `a session (${id})`);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  parsed.set(text, fresh);
  return fresh;
}

const instant = z.number();
const run = z.string().transform(runId);
const session = z.string().transform(sessionId);
const person = z.strictObject({ id: z.number(), login: z.string() });

const mishap = ['not-started', 'setup-failed', 'lost'] as const;
const fault = [
  ...['crashed', 'bad-output', 'forged-marker', 'output-flood', 'timed-out', 'silent'],
  ...['too-much-memory', 'too-many-processes', 'disk-full', 'declined', 'rate-limited', 'out-of-credit'],
  ...['not-authenticated', 'context-full', 'model-failed'],
] as const;

const spend = z.strictObject({
  agentMs: z.number(),
  costMicroUsd: z.number().nullable(),
  tokens: z.number().nullable(),
});
const crossing = z.strictObject({
  scope: bound,
  measure: z.enum(measures),
  ...{ used: z.number(), limit: z.number(), step: z.number(), reckonedMicroUsd: z.number() },
  isForOperators: z.literal(true).exactOptional(),
});

const amount = z.number().nullable();
const mark = z.strictObject({
  id: z.string(),
  total: z.strictObject({ costMicroUsd: amount, tokens: amount }),
});

const promptNotes = z.strictObject({
  hidden: z
    .array(z.strictObject({ in: z.string(), by: z.string(), kind: z.enum(hiddenKinds), text: z.string() }))
    .readonly(),
  hiddenMore: z.number(),
  mistakes: z
    .array(z.strictObject({ template: z.string(), line: z.number().nullable(), problem: z.string() }))
    .readonly(),
});

const common = z.strictObject({
  id: session,
  repositoryId: z.number(),
  issueNumber: z.number(),
  title: z.string(),
  previousId: session.nullable(),
  requestedBy: person,
  wants: z.string().exactOptional(),
  conversationId: z.string(),
  branch: z.string(),
  runs: z
    .array(
      z.strictObject({
        id: run,
        startedAt: instant,
        agent: z.strictObject({ name: z.string(), conversationId: z.string() }).exactOptional(),
        reserved: storedReservation.exactOptional(),
        notes: promptNotes.exactOptional(),
        end: z
          .strictObject({
            reason: z.enum([
              ...fault,
              ...mishap,
              'finished',
              'asked',
              'stopped',
              'over-budget',
              'launch-failed',
              'withheld',
            ]),
            at: instant,
            spend: spend.exactOptional(),
            mark: mark.exactOptional(),
          })
          .nullable(),
      }),
    )
    .readonly(),
  questions: z
    .array(
      z.strictObject({
        number: z.number(),
        text: z.string(),
        options: z.array(z.string()).readonly(),
        askedAt: instant,
        answer: z
          .strictObject({
            ...{ text: z.string(), option: z.number().nullable(), by: person, at: instant },
            commentId: z.number().exactOptional(),
          })
          .nullable(),
        budget: crossing.exactOptional(),
        permissions: z
          .array(z.strictObject({ tool: z.enum(permissionTools), subject: z.string() }))
          .readonly()
          .exactOptional(),
        withdrawnAt: instant.exactOptional(),
      }),
    )
    .readonly(),
  pull: z.strictObject({ number: z.number(), headSha: z.string() }).nullable(),
  summary: z.string().nullable(),
  messages: z
    .array(
      z.strictObject({
        ...{ commentId: z.number(), text: z.string(), by: person, at: instant },
        fate: z.enum(['read', 'too-late', 'unsupported']).nullable(),
      }),
    )
    .readonly()
    .exactOptional(),
  spend,
  mishaps: z.number(),
  isSettled: z.boolean(),
  createdAt: instant,
  changedAt: instant,
  version: z.number(),
});

const waitingOn = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('question'), number: z.number() }),
  z.strictObject({ kind: z.literal('hold'), number: z.number(), runId: run, head: z.string() }),
  z.strictObject({ kind: z.literal('pause'), by: person, finishedRun: run.nullable() }),
  z.strictObject({ kind: z.literal('budget'), number: z.number(), renewsAt: instant.nullable() }),
]);

const publishStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('checking'), approvedHead: z.string().nullable() }),
  z.strictObject({ kind: z.literal('pushing'), head: z.string() }),
]);

const storedSession = z.discriminatedUnion('state', [
  common.extend({
    state: z.literal('queued'),
    lacks: z.string().exactOptional(),
    restsUntil: instant.exactOptional(),
  }),
  common.extend({ state: z.literal('preparing'), runId: run, pausedBy: person.exactOptional() }),
  common.extend({
    state: z.literal('working'),
    runId: run,
    progress: z.string().nullable(),
    pausedBy: person.exactOptional(),
  }),
  common.extend({ state: z.literal('waiting'), on: waitingOn }),
  common.extend({ state: z.literal('publishing'), runId: run, step: publishStep }),
  common.extend({ state: z.literal('reviewing'), isUnchanged: z.literal(true).exactOptional() }),
  common.extend({ state: z.literal('retrying'), retryAt: instant, detail: z.string() }),
  common.extend({ state: z.literal('done'), mergedBy: person.nullable() }),
  common.extend({
    state: z.literal('failed'),
    why: z.enum([...fault, ...mishap, 'no-changes', 'refused', 'cannot-publish', 'cannot-prepare']),
    detail: z.string(),
  }),
  common.extend({
    state: z.literal('stopped'),
    why: z.enum(['person', 'forbidden', 'pull-closed', 'issue-closed', ...closureReasons]),
    by: person.nullable(),
  }),
]);
