import { z } from 'zod';

import { runId, sessionId } from '../ids.ts';
import { setupRequestSchema, setupStepSchema } from '../setup/schema.ts';
import { agentKinds } from './agent-spec.ts';
import { EVENT_CHARACTERS_MAX, MARK_CHARACTERS_MAX, type ConversationEnd } from './conversation.ts';
import { MESSAGE_ID_CHARACTERS_MAX, messageOutcomes } from './message.ts';
import { modelProviders } from './model-provider.ts';
import { HOST_CHARACTERS_MAX, parseHostPattern } from './network.ts';
import { runOutput, wish } from './output.ts';
import { permissionTools, SUBJECT_CHARACTERS_MAX } from './permission.ts';
import type { ProcessIdentity, RunRequest, RunStatus } from './run.ts';

// Ids become names of directories, so they are checked wherever a file says one.
const idShape = z.string().regex(/^[A-Za-z0-9-]{1,100}$/);
const PROMPT_CHARACTERS_MAX = 1_000_000; // far beyond what an issue and its comments can hold
const LIMIT_MS_MAX = 2_147_483_647; // what a timer can count; about 24 days

const instant = z.number().int().nonnegative();
const limitMs = z.number().int().positive().max(LIMIT_MS_MAX);
const count = z.number().int().nonnegative();
const limit = z.number().int().positive();
const absolutePath = z.string().startsWith('/').max(4096);
const HOSTS_MAX = 500; // of an operator's list and ours together
const hostPattern = z
  .string()
  .max(300)
  .refine((text) => parseHostPattern(text) !== null, 'is no host');
const endReason = z.enum([
  'finished',
  'asked',
  'crashed',
  'bad-output',
  'forged-marker',
  'output-flood',
  'too-much-memory',
  'too-many-processes',
  'disk-full',
  'over-budget',
  'timed-out',
  'silent',
  'declined',
  'rate-limited',
  'out-of-credit',
  'not-authenticated',
  'context-full',
  'model-failed',
  'stopped',
  'setup-failed',
  'not-started',
  'lost',
]);

const countOrNull = z.number().int().nonnegative().nullable();
const conversationMark = z.object({
  id: z.string().min(1).max(MARK_CHARACTERS_MAX),
  total: z.object({ costMicroUsd: countOrNull, tokens: countOrNull }),
});
const permissionTool = z.enum(permissionTools);
const PERMISSION_RULES_MAX = 500;
const permissionRules = z
  .array(z.strictObject({ tool: permissionTool, subject: z.string().max(SUBJECT_CHARACTERS_MAX).nullable() }))
  .max(PERMISSION_RULES_MAX);

const wishes = z.array(wish).max(PERMISSION_RULES_MAX);

/** First line of `request.json`. */
export const runRequestSchema = z
  .strictObject({
    runId: idShape.transform(runId),
    sessionId: idShape.transform(sessionId),
    attempt: z.number().int().nonnegative(),
    createdAt: instant,
    agent: z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9-]{1,40}$/),
      kind: z.enum(agentKinds),
      argv: z.tuple([z.string().min(1)], z.string()),
      model: z.string().min(1).max(200).nullable(),
    }),
    conversationId: z.string().min(1).max(100),
    isResume: z.boolean(),
    mark: conversationMark.nullable(),
    permissions: z.strictObject({
      deny: permissionRules,
      allow: permissionRules,
      grants: wishes,
      refusals: wishes,
      otherwise: z.enum(['allow', 'ask', 'deny']),
    }),
    access: z
      .strictObject({
        provider: z.enum(modelProviders),
        upstream: z
          .string()
          .regex(/^https?:\/\//)
          .max(500),
        price: z.strictObject({ input: count, output: count }).nullable(),
      })
      .nullable(),
    workspacePath: absolutePath,
    sandbox: z.enum(['bwrap', 'pid-namespace', 'none']),
    network: z.union([z.literal('open'), z.array(hostPattern).max(HOSTS_MAX)]),
    hiddenPaths: z.array(absolutePath).max(100),
    readablePaths: z.array(absolutePath).max(100),
    writablePaths: z.array(absolutePath).max(10).optional(),
    environment: z.record(z.string(), z.string()),
    limits: z.strictObject({
      wallMs: limitMs,
      silenceMs: limitMs,
      outputBytesMax: limit,
      memoryMiBMax: limit,
      processesMax: limit,
      diskMiBMax: limit,
      costMicroUsdMax: limit.nullable(),
      tokensMax: limit.nullable(),
      askGraceMs: limitMs,
      stopGraceMs: limitMs,
    }),
    setup: setupRequestSchema.optional(),
    prompt: z.string().max(PROMPT_CHARACTERS_MAX),
    commit: z.strictObject({ name: z.string().min(1), email: z.string().min(1), message: z.string().min(1) }),
  })
  .refine(({ network, sandbox }) => network === 'open' || sandbox === 'bwrap', {
    path: ['network'],
    message: 'cannot be limited in this sandbox',
  }) satisfies z.ZodType<RunRequest>;

/** `host.lock`, and part of `status.json`. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  startTime: z.string().min(1).max(30),
  bootId: z.string().min(1).max(100),
}) satisfies z.ZodType<ProcessIdentity>;

const runEndSchema = z.object({
  reason: endReason,
  exitCode: z.number().int().nullable(),
  signal: z.string().max(20).nullable(),
  detail: z.string().max(2000),
  retryAt: instant.optional(),
  endedAt: instant,
});

/** `status.json`. Unknown keys are dropped, so that a server can read the status of a newer host. */
export const runStatusSchema = z.object({
  runId: idShape.transform(runId),
  state: z.enum(['starting', 'running', 'stopping', 'ended']),
  host: processIdentitySchema,
  agent: processIdentitySchema.extend({ pgid: z.number().int().positive() }).nullable(),
  startedAt: instant,
  heartbeatAt: instant,
  outputAt: instant,
  outputBytes: count,
  spend: z.object({
    agentMs: count,
    costMicroUsd: count.nullable(),
    tokens: count.nullable(),
  }),
  // A host of an earlier version does not tell them.
  mark: conversationMark.nullable().default(null),
  memoryMiB: count.nullable().default(null),
  processes: count.nullable().default(null),
  diskMiB: count.nullable().default(null),
  setup: setupStepSchema.optional(),
  end: runEndSchema.nullable(),
}) satisfies z.ZodType<RunStatus>;

const eventText = z.string().max(EVENT_CHARACTERS_MAX);
const messageOutcome = z.enum(messageOutcomes);
const messageId = z.string().min(1).max(MESSAGE_ID_CHARACTERS_MAX);
const conversationEndKind = z.enum([
  ...['success', 'refused', 'needs-input', 'rate-limited', 'out-of-credit', 'not-authenticated', 'context-full'],
  ...['model-failed', 'interrupted', 'crashed'],
] as const satisfies readonly ConversationEnd['kind'][]);

/** One line of `events.jsonl`: what the run host saw and did, in order. Typed outputs appear here once they were checked. */
export const runEventSchema = z.discriminatedUnion('kind', [
  z.object({ at: instant, kind: z.literal('started'), pid: z.number().int().positive() }),
  z.object({ at: instant, kind: z.literal('setup'), step: setupStepSchema, detail: z.string().max(2000) }),
  z.object({ at: instant, kind: z.literal('output'), output: runOutput }),
  // Of an agent that speaks a protocol; all texts are clipped.
  z.object({ at: instant, kind: z.literal('conversation'), id: z.string().max(MARK_CHARACTERS_MAX) }),
  z.object({ at: instant, kind: z.literal('tool-use'), tool: eventText, title: eventText }),
  z.object({
    ...{ at: instant, kind: z.literal('permission'), tool: permissionTool, subject: eventText },
    verdict: z.enum(['allow', 'deny', 'ask']),
  }),
  z.object({ at: instant, kind: z.literal('retrying'), detail: eventText, retryAt: instant.nullable() }),
  z.object({ at: instant, kind: z.literal('agent-error'), detail: eventText }),
  z.object({ at: instant, kind: z.literal('conversation-ended'), how: conversationEndKind, detail: eventText }),
  z.object({ at: instant, kind: z.literal('message'), id: messageId, outcome: messageOutcome }),
  z.object({ at: instant, kind: z.literal('stopping'), reason: endReason }),
  z.object({
    at: instant,
    kind: z.literal('leftovers'),
    outcome: z.enum(['committed', 'nothing', 'failed']),
    detail: z.string().max(2000),
  }),
  z.object({
    at: instant,
    kind: z.literal('network-refused'),
    host: z.string().max(HOST_CHARACTERS_MAX),
    port: z.number().int().nonnegative(),
    why: z.enum(['not-listed', 'private-address', 'not-a-host']),
  }),
  z.object({ at: instant, kind: z.literal('ended'), reason: endReason }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;
