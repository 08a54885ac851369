import { z } from 'zod';

import { PERMISSIONS_ASKED_MAX, permissionTools, SUBJECT_CHARACTERS_MAX } from './permission.ts';

const LINE_TEXT_MAX = 20_000; // characters: a question or summary beyond this is not meant for people
const OPTION_TEXT_MAX = 300;
const OPTIONS_MAX = 10;

const options = z.array(z.string().trim().min(1).max(OPTION_TEXT_MAX)).max(OPTIONS_MAX).default([]);
const text = z.string().trim().min(1).max(LINE_TEXT_MAX);

/** What the run has spent so far, in all. */
const spend = {
  costUsd: z.number().nonnegative().max(100_000).optional(),
  tokens: z.number().int().nonnegative().optional(),
};

/** One line of `output.jsonl`: what an agent may say to Reeve. Anything else is bad output. */
export const agentOutput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ask'), question: text, options }),
  z.strictObject({ kind: z.literal('progress'), text: z.string().trim().min(1).max(1000) }),
  z.strictObject({
    kind: z.literal('result'),
    summary: text,
    ...spend,
  }),
  z.strictObject({ kind: z.literal('spend'), ...spend }),
  z.strictObject({ kind: z.literal('gap'), text }),
  z.strictObject({
    kind: z.literal('propose-issue'),
    title: z.string().trim().min(1).max(256),
    body: z.string().max(LINE_TEXT_MAX),
  }),
]);

export type AgentOutput = z.infer<typeof agentOutput>;

/** One wish for leave, as people are asked for it. */
export const wish = z.strictObject({
  tool: z.enum(permissionTools),
  subject: z.string().min(1).max(SUBJECT_CHARACTERS_MAX),
});

/** A question that the run host puts for an agent that asked for leave. No agent can write it: `agentOutput` refuses it. */
const permissionAsk = z.strictObject({
  kind: z.literal('ask'),
  question: text,
  options,
  permissions: z.array(wish).min(1).max(PERMISSIONS_ASKED_MAX),
});

/** What a run has said: its agent, or its host for it. */
export const runOutput = z.union([agentOutput, permissionAsk]);

export type RunOutput = AgentOutput | z.infer<typeof permissionAsk>;
