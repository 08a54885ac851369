import type { App, User } from './people.ts';

export type Label = {
  readonly id: number;
  readonly nodeId: string;
  name: string;
  color: string;
  description: string | null;
  readonly isDefault: boolean;
};

export type Milestone = {
  readonly id: number;
  readonly nodeId: string;
  readonly number: number;
  readonly creator: User;
  readonly createdAt: number;
  title: string;
  description: string | null;
  state: 'open' | 'closed';
  dueOn: string | null;
  updatedAt: number;
  closedAt: number | null;
};

export const reactionContents = ['+1', '-1', 'laugh', 'confused', 'heart', 'hooray', 'rocket', 'eyes'] as const;
export type ReactionContent = (typeof reactionContents)[number];

export type Reaction = {
  readonly id: number;
  readonly nodeId: string;
  readonly user: User;
  readonly content: ReactionContent;
  readonly createdAt: number;
};

export type Comment = {
  readonly id: number;
  readonly nodeId: string;
  readonly author: User;
  readonly viaApp: App | null;
  readonly createdAt: number;
  readonly reactions: Reaction[];
  body: string;
  updatedAt: number;
  minimizedReason: string | null;
  pin: { readonly by: User; readonly at: number } | null;
};

/** A line of an issue's history. `extra` holds what only this kind of event carries, in GitHub's own field names. */
export type IssueEvent = {
  readonly id: number;
  readonly nodeId: string;
  readonly event: string;
  readonly actor: User;
  readonly viaApp: App | null;
  readonly createdAt: number;
  readonly commitId: string | null;
  readonly extra: IssueEventExtra;
};

export type IssueEventExtra = {
  readonly label?: { readonly name: string; readonly color: string };
  readonly assignee?: User;
  readonly rename?: { readonly from: string; readonly to: string };
  readonly requestedReviewer?: User;
  readonly lockReason?: string | null;
  readonly stateReason?: string | null;
  readonly milestone?: string;
  readonly source?: Issue;
};

export type IssueState = 'open' | 'closed';

/** An issue, or the conversation half of a pull request: both share one sequence of numbers. */
export type Issue = {
  readonly id: number;
  readonly nodeId: string;
  readonly number: number;
  readonly author: User;
  readonly viaApp: App | null;
  readonly createdAt: number;
  readonly comments: Comment[];
  readonly events: IssueEvent[];
  readonly reactions: Reaction[];
  readonly blockedBy: Set<Issue>;
  readonly blocking: Set<Issue>;
  readonly children: Issue[];
  title: string;
  body: string | null;
  state: IssueState;
  stateReason: string | null;
  labels: Label[];
  assignees: User[];
  milestone: Milestone | null;
  isLocked: boolean;
  lockReason: string | null;
  updatedAt: number;
  closedAt: number | null;
  closedBy: User | null;
  parent: Issue | null;
  pull: Pull | null;
};

export type AutoMerge = {
  readonly by: User;
  readonly method: MergeMethod;
  readonly title: string | null;
  readonly message: string | null;
};
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** The code half of a pull request; head and base are branches of the same repository. */
export type Pull = {
  readonly id: number;
  readonly nodeId: string;
  readonly headRef: string;
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
  headSha: string;
  baseRef: string;
  baseSha: string;
  isDraft: boolean;
  mergedAt: number | null;
  mergedBy: User | null;
  mergeCommitSha: string | null;
  autoMerge: AutoMerge | null;
  maintainerCanModify: boolean;
  requestedReviewers: User[];
};

export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export type Review = {
  readonly id: number;
  readonly nodeId: string;
  readonly author: User;
  readonly viaApp: App | null;
  readonly commitId: string;
  body: string;
  state: ReviewState;
  submittedAt: number | null;
};

export type ReviewComment = {
  readonly id: number;
  readonly nodeId: string;
  readonly reviewId: number;
  readonly author: User;
  readonly viaApp: App | null;
  readonly path: string;
  readonly commitId: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: 'LEFT' | 'RIGHT';
  readonly isOnFile: boolean;
  readonly inReplyTo: number | null;
  readonly createdAt: number;
  readonly reactions: Reaction[];
  body: string;
  updatedAt: number;
};
