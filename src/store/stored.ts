import type { z } from 'zod';

const ISSUES_SHOWN_MAX = 5; // enough to recognize what is wrong; a broken row can break in a hundred places

/** Parses what a store gave back. Data that does not parse is a bug or a damaged store: it is named, and never guessed at. */
export function parseStored<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, ISSUES_SHOWN_MAX);
  const reasons = issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`);
  throw new Error(`The store holds ${what} that this program cannot read (${reasons.join('; ')}).`, {
    cause: parsed.error,
  });
}

/** As `parseStored`, for a value that is kept as JSON text. */
export function parseStoredJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`The store holds ${what} that is not JSON.`, { cause });
  }
  return parseStored(schema, value, what);
}
