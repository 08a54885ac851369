import { z } from 'zod';

/*
 * What Claude Code says, as far as we read it: one JSON object a line, seen with 2.1.328 and 2.1.197. All of it is hostile: fields that we
 * do not need are dropped, and what is not as it should be is as if it were not there.
 */

const text = z.string();
const count = z.number().nonnegative().optional().catch(undefined);
const texts = z.array(text).optional().catch(undefined);
const maybeText = text.nullable().optional().catch(undefined);

const usage = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
  })
  .optional()
  .catch(undefined);

const modelUsage = z
  .record(
    text,
    z.object({
      inputTokens: count,
      outputTokens: count,
      cacheReadInputTokens: count,
      cacheCreationInputTokens: count,
      costUSD: count,
    }),
  )
  .optional()
  .catch(undefined);

const block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text }),
  z.object({ type: z.literal('tool_use'), id: text, name: text, input: z.record(text, z.unknown()) }),
  z.object({
    type: z.literal('tool_result'),
    tool_use_id: text,
    is_error: z.boolean().optional().catch(undefined),
    content: z.unknown(),
  }),
]);
const blocks = z.array(block.nullable().catch(null)).catch([]);

const result = z.object({
  type: z.literal('result'),
  session_id: maybeText,
  subtype: text.catch(''),
  is_error: z.boolean().catch(true),
  api_error_status: z.number().nullable().optional().catch(undefined),
  api_error: maybeText,
  terminal_reason: maybeText,
  stop_reason: maybeText,
  result: maybeText,
  errors: texts,
  total_cost_usd: count,
  modelUsage,
  model_usage_since_last_result: modelUsage,
  queued_turn_count: count,
  user_message_uuids: texts,
});

const message = z.discriminatedUnion('type', [
  result,
  z.object({
    type: z.literal('system'),
    session_id: maybeText,
    subtype: text,
    attempt: count,
    max_retries: count,
    retry_delay_ms: count,
    error_status: z.number().nullable().optional().catch(undefined),
    error: maybeText,
  }),
  z.object({
    type: z.literal('assistant'),
    session_id: maybeText,
    message: z.object({ id: text.catch(''), content: blocks, usage }),
    error: maybeText,
  }),
  z.object({
    type: z.literal('user'),
    session_id: maybeText,
    uuid: maybeText, // ours, when it repeats what it was told
    message: z.object({ content: blocks }),
  }),
  z.object({
    type: z.literal('rate_limit_event'),
    session_id: maybeText,
    rate_limit_info: z.object({ status: text, resetsAt: count }),
  }),
  z.object({ type: z.literal('command_lifecycle'), session_id: maybeText, command_uuid: text, state: text }),
  z.object({
    type: z.literal('control_request'),
    request_id: text,
    request: z.object({ subtype: text, tool_name: text.optional(), input: z.record(text, z.unknown()).optional() }),
  }),
  z.object({ type: z.literal('control_cancel_request'), request_id: text }),
  z.object({ type: z.literal('reeve'), subtype: text }),
]);

/** One thing that it says. */
export type Message = z.infer<typeof message>;
export type ResultMessage = z.infer<typeof result>;
export type ModelUsage = NonNullable<z.infer<typeof modelUsage>>;
export type TokenUsage = NonNullable<z.infer<typeof usage>>;

/** What a line says; null when it says nothing that we read; undefined when it is not of the protocol at all. */
export function readMessage(line: string): Message | null | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    return undefined;
  }
  const read = message.safeParse(value);
  return read.success ? read.data : null;
}

/** Whose answer a line waits for that was too long to be read: it begins with its name. */
export function requestIdOf(head: string): string | null {
  return /^\{"type":"control_request","request_id":"([\w-]{1,100})"/.exec(head)?.[1] ?? null;
}
