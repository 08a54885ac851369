import type { Refusal } from '../errors.ts';
import type { CheckSuite, CommitStatus } from './checks.ts';
import type { App, Role, User } from './people.ts';
import type { Issue, Label, Milestone } from './threads.ts';

/** A webhook of one repository, as its administrators make it. */
export type Hook = {
  readonly id: number;
  readonly createdAt: number;
  readonly events: readonly string[];
  readonly url: string;
  readonly secret: string;
  isActive: boolean;
};

/** What a protected branch asks of a pull request. */
export type Protection = { readonly approvals: number; readonly checks: readonly string[] };

export type MergeSettings = {
  mergeCommit: boolean;
  squash: boolean;
  rebase: boolean;
  autoMerge: boolean;
  deleteBranch: boolean;
};

export type Repository = {
  readonly id: number;
  readonly nodeId: string;
  readonly createdAt: number;
  readonly collaborators: Map<number, { readonly user: User; readonly role: Role }>;
  /** By lower-case name: GitHub's labels ignore case. */
  readonly labels: Map<string, Label>;
  readonly milestones: Milestone[];
  readonly issues: Map<number, Issue>;
  /** Transferred or deleted: what GitHub answers at the old address. */
  readonly goneIssues: Map<number, (method: string) => Refusal>;
  readonly suites: CheckSuite[];
  readonly statuses: CommitStatus[];
  readonly hooks: Hook[];
  readonly protections: Map<string, Protection>;
  readonly merging: MergeSettings;
  /** Apps that asked not to get a suite for each push. */
  readonly quietApps: Set<App>;
  owner: User;
  name: string;
  isPrivate: boolean;
  isArchived: boolean;
  description: string | null;
  defaultBranch: string;
  topics: readonly string[];
  pushedAt: number;
  updatedAt: number;
  nextNumber: number;
};

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`;
