import { z } from 'zod';

import type { Effect } from '../domain/effect/effect.ts';
import { effectKey, runId, sessionId } from '../domain/ids.ts';
import { parseStoredJson } from './stored.ts';

/** The text in which every store keeps an effect. */
export function effectToJson(effect: Effect): string {
  const storable: z.output<typeof storedEffect> = effect; // the compiler's proof that all of it can be read back
  return JSON.stringify(storable);
}

/** The effect of such a text; `key` names it in the error when the text is not an effect. */
export function effectFromJson(text: string, key: string): Effect {
  return parseStoredJson(storedEffect, text, `an effect (${key})`);
}

const session = z.string().transform(sessionId);
const to = z.strictObject({ id: z.number(), login: z.string() });

const reply = z.discriminatedUnion('topic', [
  z.strictObject({ topic: z.literal('not-permitted'), to }),
  z.strictObject({
    ...{ topic: z.literal('unknown-agent'), to, name: z.string() },
    known: z.array(z.string()).readonly(),
  }),
  z.strictObject({ topic: z.literal('unknown-verb'), to, verb: z.string(), suggestion: z.string().nullable() }),
  z.strictObject({ topic: z.literal('help'), to }),
  z.strictObject({ topic: z.literal('status'), to }),
  z.strictObject({ topic: z.literal('no-such-option'), to, number: z.number(), options: z.number() }),
  z.strictObject({ topic: z.literal('one-command'), to, verb: z.string() }),
  z.strictObject({ topic: z.literal('label-not-now'), to, why: z.string() }),
  z.strictObject({ topic: z.literal('not-now'), to, verb: z.string(), why: z.string() }),
]);

const place = z.discriminatedUnion('on', [
  z.strictObject({ on: z.literal('thread'), number: z.number() }),
  z.strictObject({ on: z.literal('commit'), headSha: z.string(), sessionId: session }),
]);

const common = z.strictObject({
  key: z.string().transform(effectKey),
  slot: z.string(),
  repositoryId: z.number(),
  issueNumber: z.number(),
  mayRest: z.literal(true).exactOptional(),
});

const storedEffect = z.discriminatedUnion('kind', [
  common.extend({ kind: z.literal('card'), sessionId: session }),
  common.extend({ kind: z.literal('labels'), sessionId: session }),
  common.extend({ kind: z.literal('question'), sessionId: session, number: z.number() }),
  common.extend({ kind: z.literal('check'), sessionId: session, headSha: z.string() }),
  common.extend({
    kind: z.literal('publish'),
    sessionId: session,
    runId: z.string().transform(runId),
    head: z.string(),
  }),
  common.extend({ kind: z.literal('reply'), onNumber: z.number(), reply }),
  common.extend({
    kind: z.literal('react'),
    commentId: z.number(),
    content: z.enum(['eyes', 'rocket', 'confused']),
  }),
  common.extend({ kind: z.literal('doubt'), of: z.string(), lookAt: z.number(), place }),
]);
