import { z } from 'zod';

const LINE_TEXT_MAX = 20_000; // characters: a question or summary beyond this is not meant for people
const OPTION_TEXT_MAX = 300;
const OPTIONS_MAX = 10;

const text = z.string().trim().min(1).max(LINE_TEXT_MAX);

/** What the run has spent so far, in all. */
const spend = {
  costUsd: z.number().nonnegative().max(100_000).optional(),
  tokens: z.number().int().nonnegative().optional(),
};

/** One line of `output.jsonl`: what an agent may say to Reeve. Anything else is bad output. */
export const agentOutput = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ask'),
    question: text,
    options: z.array(z.string().trim().min(1).max(OPTION_TEXT_MAX)).max(OPTIONS_MAX).default([]),
  }),
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
