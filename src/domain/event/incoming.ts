import type { OperatorCommand } from '../command/operator-command.ts';
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
export type IncomingEvent = RepositoryEvent | InstallationEvent;

/** Something that happened in a repository. */
export type RepositoryEvent = { readonly repository: Repository; readonly sender: Sender } & (
  | { readonly kind: 'issue-labeled'; readonly issue: IncomingIssue; readonly label: string }
  | { readonly kind: 'issue-closed'; readonly issue: IncomingIssue }
  /** It is not there any more, for good. */
  | { readonly kind: 'issue-gone'; readonly issue: IncomingIssue; readonly why: 'issue-transferred' | 'issue-deleted' }
  | { readonly kind: 'issue-lock-changed'; readonly issue: IncomingIssue }
  | ({ readonly kind: 'comment-created' } & IncomingComment)
  /** Its words are others now, or a checkbox in it was ticked. */
  | ({ readonly kind: 'comment-edited' } & IncomingComment)
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
  /** An operator of this server asks for something; no webhook tells this. `onNumber` is the issue's. */
  | { readonly kind: 'operator-commanded'; readonly onNumber: number; readonly command: OperatorCommand }
  /** Its name, owner, default branch or standing may be another one now. */
  | { readonly kind: 'repository-changed'; readonly change: RepositoryChange }
);

export type IncomingComment = {
  /** The issue's or the pull request's number. */
  readonly onNumber: number;
  readonly isPull: boolean;
  /** `createdAt` is GitHub's clock (epoch ms). */
  readonly comment: {
    readonly id: number;
    readonly body: string;
    readonly author: Sender;
    readonly createdAt: number;
  };
};

export type RepositoryChange = 'renamed' | 'transferred' | 'archived' | 'unarchived' | 'deleted' | 'edited';

/** Something that happened to an installation of the App. */
export type InstallationEvent =
  | {
      readonly kind: 'installation-changed';
      readonly installationId: number;
      readonly change: 'created' | 'deleted' | 'suspended' | 'unsuspended';
    }
  /** These repositories came under an installation or left it. */
  | {
      readonly kind: 'selection-changed';
      readonly installationId: number;
      readonly change: 'added' | 'removed';
      readonly repositoryIds: readonly number[];
    };

export type IncomingIssue = { readonly number: number; readonly title: string; readonly isOpen: boolean };
