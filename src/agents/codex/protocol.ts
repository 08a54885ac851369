import { z } from 'zod';

// The messages of `codex app-server` that we read, as far as we read them; everything else in them is passed over.

/** Absent and null are the same. */
const maybe = <T>(schema: z.ZodType<T>) => schema.nullish().transform((value) => value ?? null);

export const requestId = z.union([z.string().max(200), z.number()]);
export type RequestId = z.infer<typeof requestId>;

export const message = z.object({
  id: requestId.optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).optional(),
});

export const threadAnswer = z.object({ thread: z.object({ id: z.string().min(1).max(200) }) });
export const turnAnswer = z.object({ turn: z.object({ id: z.string().min(1).max(200) }) });

export const turnError = z.object({
  message: z.string(),
  /** A word, or an object with one key whose value may hold an HTTP status. */
  codexErrorInfo: z.unknown().optional(),
  additionalDetails: maybe(z.string()),
});
export type TurnError = z.infer<typeof turnError>;

export const turnCompleted = z.object({
  threadId: z.string(),
  turn: z.object({ id: z.string(), status: z.string(), error: maybe(turnError) }),
});
export type TurnOutcome = z.infer<typeof turnCompleted>['turn'];

export const statusNotice = z.object({ threadId: z.string(), status: z.object({ type: z.string() }) });

export const errorNotice = z.object({
  threadId: z.string(),
  turnId: z.string(),
  willRetry: z.boolean(),
  error: turnError,
});

const tokens = z.object({ totalTokens: z.number().int().nonnegative() });
export const usageNotice = z.object({
  threadId: z.string(),
  turnId: z.string(),
  tokenUsage: z.object({ total: tokens, last: tokens }),
});

/** `resetsAt`: epoch seconds. */
const limitWindow = z.object({ usedPercent: z.number(), resetsAt: maybe(z.number()) });
export type LimitWindow = z.infer<typeof limitWindow>;
export const limitsNotice = z.object({
  rateLimits: z.object({ primary: maybe(limitWindow), secondary: maybe(limitWindow) }),
});

export const warningNotice = z.object({ message: z.string().optional(), summary: z.string().optional() });
export const serverNotice = z.object({ name: z.string(), status: z.string(), error: maybe(z.string()) });
export const resolvedNotice = z.object({ threadId: z.string(), requestId });

const fileUpdate = z.object({
  path: z.string(),
  kind: maybe(z.object({ move_path: maybe(z.string()) })),
});
export type FileUpdate = z.infer<typeof fileUpdate>;

const id = z.string();
export const item = z.discriminatedUnion('type', [
  z.object({ type: z.literal('userMessage'), id, clientId: maybe(z.string()) }),
  z.object({ type: z.literal('agentMessage'), id, text: z.string() }),
  z.object({ type: z.literal('plan'), id, text: z.string() }),
  z.object({
    type: z.literal('commandExecution'),
    id,
    command: z.string(),
    status: z.string(),
    aggregatedOutput: maybe(z.string()),
    exitCode: maybe(z.number()),
  }),
  z.object({ type: z.literal('fileChange'), id, changes: z.array(fileUpdate), status: z.string() }),
  z.object({
    type: z.literal('mcpToolCall'),
    id,
    server: z.string(),
    tool: z.string(),
    status: z.string(),
    arguments: z.unknown(),
    result: maybe(z.object({ content: z.array(z.unknown()) })),
    error: maybe(z.object({ message: z.string() })),
  }),
  z.object({ type: z.literal('webSearch'), id, query: z.string() }),
  z.object({ type: z.literal('imageView'), id, path: z.string() }),
]);
export type Item = z.infer<typeof item>;

/** Any kind of item, also one that we do not know, but what people said to it and what it thought. */
export const deed = z.object({ type: z.string().refine((type) => type !== 'userMessage' && type !== 'reasoning') });

/** `item` is parsed on its own: there are kinds of items that we pass over. */
export const itemNotice = z.object({ threadId: z.string(), turnId: z.string(), item: z.unknown() });

export const commandRequest = z.object({
  kind: maybe(z.string()),
  threadId: z.string(),
  itemId: z.string(),
  command: maybe(z.string()),
  networkApprovalContext: maybe(z.object({ host: z.string(), protocol: z.string() })),
});
export const fileChangeRequest = z.object({
  threadId: z.string(),
  itemId: z.string(),
  grantRoot: maybe(z.string()),
});
export const permissionsRequest = z.object({
  threadId: z.string(),
  reason: maybe(z.string()),
  permissions: z.record(z.string(), z.unknown()),
});
export const mcpRequest = z.object({
  threadId: z.string(),
  serverName: z.string(),
  _meta: z.object({ codex_approval_kind: z.literal('mcp_tool_call'), tool_name: z.string() }),
});
