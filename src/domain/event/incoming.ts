import type { Person } from '../people.ts';

/** A repository as the last delivery named it. Keyed by `id`; names change. */
export type Repository = {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly installationId: number;
};

/** Who did it. `isBot` covers Apps, ours included. */
export type Sender = Person & { readonly isBot: boolean };

/** A delivery in our own words: only what concerns us, all of it checked. */
export type IncomingEvent = { readonly repository: Repository; readonly sender: Sender } & (
  | { readonly kind: 'issue-labeled'; readonly issue: IncomingIssue; readonly label: string }
  | { readonly kind: 'issue-closed'; readonly issue: IncomingIssue }
  | {
      readonly kind: 'comment-created';
      /** The issue's or the pull request's number. */
      readonly onNumber: number;
      readonly isPull: boolean;
      readonly comment: { readonly id: number; readonly body: string; readonly author: Sender };
    }
  | {
      readonly kind: 'pull-closed';
      readonly pullNumber: number;
      readonly mergedBy: Person | null;
      readonly isMerged: boolean;
    }
  | {
      readonly kind: 'check-action-requested';
      readonly headSha: string;
      readonly externalId: string;
      readonly action: string;
    }
  | {
      readonly kind: 'check-rerequested';
      readonly headSha: string;
      /** Null when every check of the commit is asked for again. */
      readonly externalId: string | null;
    }
);

export type IncomingIssue = { readonly number: number; readonly title: string; readonly isOpen: boolean };
