import type { Permission, Person } from '../domain/people.ts';

/** A repository as GitHub addresses it now; the numeric ids in our store are what stays. */
export type RepositoryRef = {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly installationId: number;
};

/** The calls that we make on GitHub, in our words. Reads and writes are each one HTTP call or a bounded few; nothing is retried inside.
 *
 * A call that failed and surely had no effect throws TransientError (worth trying again) or RefusedError (will not work).
 * A write whose outcome nobody knows (time-out, reset, 5xx) throws UnknownOutcomeError.
 */
export type GitHub = {
  /** Our own account in the App's installations: `slug[bot]`. */
  me(): Promise<Person & { readonly appId: number }>;
  permissionOf(repository: RepositoryRef, person: Person): Promise<Permission>;
  issue(repository: RepositoryRef, number: number): Promise<IssueFacts>;
  /** Oldest first, at most `COMMENTS_MAX`. */
  comments(repository: RepositoryRef, number: number): Promise<readonly CommentFacts[]>;

  /** The id of the comment by us that carries the marker, or null. */
  findComment(repository: RepositoryRef, number: number, marker: string): Promise<number | null>;
  createComment(repository: RepositoryRef, number: number, body: string): Promise<number>;
  /** Gives null when the comment does not exist any more. */
  updateComment(repository: RepositoryRef, commentId: number, body: string): Promise<'updated' | 'gone'>;
  addReaction(repository: RepositoryRef, commentId: number, content: 'eyes' | 'rocket' | 'confused'): Promise<void>;

  labelsOf(repository: RepositoryRef, number: number): Promise<readonly string[]>;
  /** Creates the label in the repository first when it is not there. */
  addLabel(repository: RepositoryRef, number: number, label: LabelLook): Promise<void>;
  removeLabel(repository: RepositoryRef, number: number, name: string): Promise<void>;

  /** The newest pull request from our branch, in any state, or null. */
  findPull(repository: RepositoryRef, branch: string): Promise<PullFacts | null>;
  createPull(repository: RepositoryRef, pull: NewPull): Promise<PullFacts>;
  pull(repository: RepositoryRef, number: number): Promise<PullFacts>;

  findCheck(repository: RepositoryRef, headSha: string, externalId: string): Promise<number | null>;
  createCheck(repository: RepositoryRef, headSha: string, check: CheckContent): Promise<number>;
  updateCheck(repository: RepositoryRef, checkId: number, check: CheckContent): Promise<'updated' | 'gone'>;

  /** What GitHub sent to our webhook since then, newest first: each attempt is one entry, a redelivery has the same guid. */
  deliveriesSince(at: number, limit: number): Promise<readonly SentDelivery[]>;
  /** Asks for one more attempt. */
  redeliver(id: number): Promise<void>;

  /** Where git fetches and pushes, with an `Authorization` value for that repository alone, short-lived. Never log it. */
  gitAccess(
    repository: RepositoryRef,
    access: 'read' | 'write',
  ): Promise<{ readonly url: string; readonly authorization: string }>;
};

/** More comments than a prompt can use; the newest are the ones that matter. */
export const COMMENTS_MAX = 300;

export type SentDelivery = {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly isOk: boolean;
  readonly deliveredAt: number;
};

export type IssueFacts = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
  readonly isPull: boolean;
  readonly author: Person;
  readonly labels: readonly string[];
  readonly url: string;
};

export type CommentFacts = {
  readonly id: number;
  readonly body: string;
  readonly author: Person & { readonly isBot: boolean };
  readonly createdAt: number;
};

export type LabelLook = { readonly name: string; readonly color: string; readonly description: string };

export type PullFacts = {
  readonly number: number;
  readonly headSha: string;
  readonly isOpen: boolean;
  readonly isMerged: boolean;
  readonly url: string;
};

export type NewPull = {
  readonly title: string;
  readonly body: string;
  readonly head: string;
  readonly base: string;
  readonly isDraft: boolean;
};

/** A check run as we want it to be. Buttons are shown by GitHub only once it is completed. */
export type CheckContent = {
  readonly name: string;
  readonly externalId: string;
  readonly title: string;
  readonly summary: string;
  readonly startedAt: number;
  readonly actions: readonly { readonly label: string; readonly description: string; readonly identifier: string }[];
} & (
  | { readonly status: 'in_progress' }
  | {
      readonly status: 'completed';
      readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | 'action_required';
      readonly completedAt: number;
    }
);
