import { z } from 'zod';

import { reactionContents } from '../state/threads.ts';
import { roles } from '../state/people.ts';

const where = { as: z.string().min(1), repo: z.string().regex(/^[^/]+\/[^/]+$/, 'OWNER/NAME') };
const onThread = { ...where, number: z.number().int().positive() };
const onComment = { ...where, comment: z.number().int() };

/** Everything that a person can be made to do, as JSON. Unknown keys are refused. */
export const actSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('open-issue'),
    ...where,
    title: z.string(),
    body: z.string().optional(),
    labels: z.array(z.string()).optional(),
    assignees: z.array(z.string()).optional(),
  }),
  z.strictObject({
    do: z.literal('edit-issue'),
    ...onThread,
    title: z.string().optional(),
    body: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('close-issue'), ...onThread, reason: z.string().optional() }),
  z.strictObject({ do: z.literal('reopen-issue'), ...onThread }),
  z.strictObject({ do: z.literal('label'), ...onThread, label: z.string() }),
  z.strictObject({ do: z.literal('unlabel'), ...onThread, label: z.string() }),
  z.strictObject({ do: z.literal('assign'), ...onThread, assignees: z.array(z.string()) }),
  z.strictObject({ do: z.literal('unassign'), ...onThread, assignees: z.array(z.string()) }),
  z.strictObject({ do: z.literal('lock'), ...onThread }),
  z.strictObject({ do: z.literal('unlock'), ...onThread }),
  z.strictObject({ do: z.literal('comment'), ...onThread, body: z.string() }),
  z.strictObject({ do: z.literal('edit-comment'), ...onComment, body: z.string() }),
  z.strictObject({ do: z.literal('delete-comment'), ...onComment }),
  z.strictObject({ do: z.literal('react'), ...onComment, content: z.enum(reactionContents) }),
  z.strictObject({
    do: z.literal('open-pull'),
    ...where,
    title: z.string(),
    body: z.string().optional(),
    head: z.string(),
    base: z.string(),
    draft: z.boolean().optional(),
  }),
  z.strictObject({ do: z.literal('close-pull'), ...onThread }),
  z.strictObject({ do: z.literal('reopen-pull'), ...onThread }),
  z.strictObject({ do: z.literal('ready-for-review'), ...onThread }),
  z.strictObject({ do: z.literal('convert-to-draft'), ...onThread }),
  z.strictObject({ do: z.literal('request-review'), ...onThread, reviewers: z.array(z.string()) }),
  z.strictObject({
    do: z.literal('review'),
    ...onThread,
    event: z.enum(['APPROVE', 'REQUEST_CHANGES', 'COMMENT']),
    body: z.string().optional(),
    comments: z.array(z.object({ path: z.string(), line: z.number().int(), body: z.string() })).optional(),
  }),
  z.strictObject({ do: z.literal('dismiss-review'), ...onThread, review: z.number().int() }),
  z.strictObject({
    do: z.literal('merge'),
    ...onThread,
    method: z.enum(['merge', 'squash', 'rebase']).optional(),
  }),
  z.strictObject({
    do: z.literal('push'),
    ...where,
    branch: z.string(),
    /** Path to content; null deletes the file. */
    files: z.record(z.string(), z.string().nullable()),
    message: z.string(),
    /** Branch that a new branch begins at; the default branch when absent. */
    from: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('delete-branch'), ...where, branch: z.string() }),
  z.strictObject({ do: z.literal('request-check-action'), ...where, check: z.number().int(), action: z.string() }),
  z.strictObject({ do: z.literal('rerequest-check'), ...where, check: z.number().int() }),
  z.strictObject({ do: z.literal('rerequest-suite'), ...where, suite: z.number().int() }),
  z.strictObject({
    do: z.literal('report-check'),
    ...where,
    /** Branch, tag or SHA. */
    ref: z.string(),
    name: z.string(),
    conclusion: z
      .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'timed_out'])
      .optional(),
    summary: z.string().optional(),
  }),
  z.strictObject({ do: z.literal('set-role'), ...where, login: z.string(), role: z.enum(roles) }),
  z.strictObject({ do: z.literal('rename-repository'), ...where, name: z.string() }),
  z.strictObject({ do: z.literal('transfer-repository'), ...where, to: z.string().min(1) }),
  z.strictObject({ do: z.literal('delete-repository'), ...where }),
  z.strictObject({ do: z.literal('archive-repository'), ...where }),
  z.strictObject({ do: z.literal('unarchive-repository'), ...where }),
  z.strictObject({ do: z.literal('publicize-repository'), ...where }),
  z.strictObject({ do: z.literal('privatize-repository'), ...where }),
  z.strictObject({ do: z.literal('change-default-branch'), ...where, branch: z.string() }),
  z.strictObject({ do: z.literal('rename-branch'), ...where, branch: z.string(), name: z.string() }),
  z.strictObject({ do: z.literal('transfer-issue'), ...onThread, to: where.repo }),
  z.strictObject({ do: z.literal('delete-issue'), ...onThread }),
  /** `all`: on every repository that its owner has or will have. */
  z.strictObject({ do: z.literal('install'), ...where, all: z.boolean().optional() }),
  z.strictObject({ do: z.literal('uninstall'), ...where }),
  /** Takes one repository out of the installation. */
  z.strictObject({ do: z.literal('deselect'), ...where }),
  z.strictObject({ do: z.literal('suspend'), ...where }),
  z.strictObject({ do: z.literal('unsuspend'), ...where }),
  /** Any REST request, as that person: for what has no word of its own here. */
  z.strictObject({
    do: z.literal('request'),
    as: z.string().min(1),
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: z.string().startsWith('/'),
    body: z.unknown().optional(),
  }),
]);

export type Act = z.input<typeof actSchema>;
export type ParsedAct = z.output<typeof actSchema>;
/** The acts that befall a whole repository or issue. */
export type PlaceAct = Extract<
  ParsedAct,
  {
    do:
      | 'rename-repository'
      | 'transfer-repository'
      | 'delete-repository'
      | 'archive-repository'
      | 'unarchive-repository'
      | 'publicize-repository'
      | 'privatize-repository'
      | 'change-default-branch'
      | 'rename-branch'
      | 'transfer-issue'
      | 'delete-issue';
  }
>;
/** The acts that are one REST request. */
export type RestAct = Exclude<ParsedAct, { do: DirectAct['do'] }>;
/** The acts that GitHub offers on its pages only, or that take several steps. */
export type DirectAct = Extract<
  ParsedAct,
  {
    do:
      | 'push'
      | 'ready-for-review'
      | 'convert-to-draft'
      | 'request-check-action'
      | 'rerequest-check'
      | 'rerequest-suite'
      | 'report-check'
      | 'set-role'
      | PlaceAct['do']
      | 'install'
      | 'uninstall'
      | 'deselect'
      | 'suspend'
      | 'unsuspend';
  }
>;
