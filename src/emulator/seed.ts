import { z } from 'zod';

import { roles } from './state/people.ts';

const name = z.string().regex(/^[\w-][\w.-]*$/, 'only letters, digits, ".", "_" and "-", and no "." in front');
const level = z.enum(['read', 'write', 'admin']);

const issueSeed = z.strictObject({
  title: z.string().min(1),
  body: z.string().default(''),
  author: z.string().optional(),
  labels: z.array(z.string()).default([]),
});

export const repositorySeed = z.strictObject({
  owner: name,
  name,
  private: z.boolean().default(false),
  description: z.string().nullable().default(null),
  defaultBranch: z.string().min(1).default('main'),
  /** Path to content of the first commit. */
  files: z.record(z.string(), z.string()).default({ 'README.md': '# A repository\n' }),
  /** Login to role. */
  collaborators: z.record(z.string(), z.enum(roles)).default({}),
  labels: z
    .array(z.strictObject({ name: z.string(), color: z.string().optional(), description: z.string().optional() }))
    .default([]),
  issues: z.array(issueSeed).default([]),
  /** Branch to what a pull request into it needs. */
  protected: z
    .record(
      z.string(),
      z.strictObject({ approvals: z.number().int().min(0).default(0), checks: z.array(z.string()).default([]) }),
    )
    .default({}),
  /** Whether the App is installed here. */
  installed: z.boolean().default(true),
});

export const userSeed = z.strictObject({
  login: name,
  name: z.string().nullable().default(null),
  email: z.string().nullable().default(null),
  type: z.enum(['User', 'Organization']).default('User'),
});

export const appSeed = z.strictObject({
  id: z.number().int().positive(),
  slug: name,
  name: z.string().optional(),
  webhookSecret: z.string().min(1),
  webhookUrl: z.url().optional(),
  /** PEM; made when absent. */
  privateKey: z.string().optional(),
  permissions: z.record(z.string(), level).optional(),
  events: z.array(z.string()).optional(),
});

/** What an emulator begins with, as JSON. */
export const seedSchema = z.strictObject({
  app: appSeed,
  users: z.array(userSeed).default([]),
  repositories: z.array(repositorySeed).default([]),
});

export type Seed = z.input<typeof seedSchema>;
export type ParsedSeed = z.output<typeof seedSchema>;
export type AppSeed = z.output<typeof appSeed>;
export type RepositorySeed = z.input<typeof repositorySeed>;
export type ParsedRepositorySeed = z.output<typeof repositorySeed>;

/** Parses a seed; throws one sentence that names every mistake and where it is. */
export function parseSeed(value: unknown): ParsedSeed {
  const parsed = seedSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the seed'}: ${message}`);
  throw new Error(`The emulator's seed is not valid. ${mistakes.join('; ')}.`);
}

/** What an App that stewards a repository asks for, unless a seed says otherwise. */
export const usualPermissions = {
  metadata: 'read',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  checks: 'write',
  statuses: 'read',
  actions: 'read',
} as const;

/** The events that go with them. */
export const usualEvents: readonly string[] = [
  'issues',
  'issue_comment',
  'issue_dependencies',
  'sub_issues',
  'label',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'check_run',
  'check_suite',
  'status',
  'push',
  'repository',
];
