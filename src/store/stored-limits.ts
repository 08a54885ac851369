import { z } from 'zod';

import type { LimitState } from '../domain/limits/limits.ts';
import { parseStoredJson } from './stored.ts';

const spent = z.strictObject({ at: z.number(), cost: z.number() });
const limitState: z.ZodType<LimitState> = z.strictObject({
  points: z.array(spent),
  content: z.array(spent),
  lastWriteAt: z.number(),
  blockedUntil: z.number(),
  blocks: z.number(),
  primary: z.record(z.string(), z.strictObject({ limit: z.number(), remaining: z.number(), resetAt: z.number() })),
});

/** Limits as they were stored, parsed: a row that this program cannot read is an error and never guessed at. */
export function limitsFromJson(text: string, account: string): LimitState {
  return parseStoredJson(limitState, text, `the limits of ${account}`);
}
