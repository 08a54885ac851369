import { z } from 'zod';

// The fields that we read of GitHub's payloads, and no others. Names reach URLs, paths and git: they are held to the
// alphabet that GitHub itself allows. Titles, bodies and labels stay what they are: hostile text.

const id = z.number().int().positive();
const number = z.number().int().positive();
const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const login = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:\[bot\])?$/);
const repositoryName = z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/);
/** A name that git takes for a branch, and that no program takes for an option. */
const branch = z
  .string()
  .regex(/^(?![-/.])(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)))[^\s~^:?*[\\\p{Cc}]{1,255}(?<![/.])$/u);

/** What people wrote. GitHub takes less than this; whatever looks through it later need not bear 25 MB of it. */
const TEXT_CHARACTERS_MAX = 262_144;
const text = z.string().max(TEXT_CHARACTERS_MAX);

/** Epoch ms. */
const instant = z.iso.datetime({ offset: true }).transform((value) => Date.parse(value));

const user = z.object({ id, login, type: z.string().optional() });

const common = z.object({
  repository: z.object({
    id,
    name: repositoryName,
    owner: z.object({ login }),
    default_branch: branch,
  }),
  installation: z.object({ id }),
  sender: user,
});

const issue = z.object({
  number,
  title: text,
  state: z.enum(['open', 'closed']),
  pull_request: z.unknown().optional(),
});

const check = z.object({ head_sha: sha, external_id: z.string().nullish() });

export const issueLabeled = common.extend({ issue, label: z.object({ name: text }) });
export const issueClosed = common.extend({ issue });
export const issueChanged = common.extend({ issue });
export const repositoryChanged = common;
export const installationChanged = z.object({ installation: z.object({ id }) });
export const selectionChanged = installationChanged.extend({
  repositories_added: z.array(z.object({ id })),
  repositories_removed: z.array(z.object({ id })),
});
export const commentSaid = common.extend({
  issue,
  comment: z.object({ id, body: text, user, created_at: instant }),
});
export const pullClosed = common.extend({
  pull_request: z.object({ number, merged: z.boolean(), merged_by: user.nullish() }),
});
export const checkRunRerequested = common.extend({ check_run: check });
export const checkActionRequested = common.extend({
  check_run: check,
  requested_action: z.object({ identifier: z.string() }),
});
export const checkSuiteRerequested = common.extend({ check_suite: z.object({ head_sha: sha }) });

export type Common = z.infer<typeof common>;
export type User = z.infer<typeof user>;
export type Issue = z.infer<typeof issue>;
