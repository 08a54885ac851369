import type { Repository } from '../domain/event/incoming.ts';
import type { Priority } from '../domain/limits/limits.ts';
import type { Permission, Person } from '../domain/people.ts';
import type { Standing } from '../domain/prompt/author.ts';

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
 * It throws HeldBackError, a TransientError, when GitHub's limits allow it only later: nothing was sent.
 * A write whose outcome nobody knows (time-out, reset, 5xx) throws UnknownOutcomeError.
 */
export type GitHub = {
  /** The same GitHub, for calls of that priority: they take their turn by it. What is used as it is, is `work`. */
  as(priority: Priority): GitHub;
  /** Our own account in the App's installations: `slug[bot]`. */
  me(): Promise<Person & { readonly appId: number }>;
  /** How an installation stands now. */
  installation(id: number): Promise<'active' | 'suspended' | 'uninstalled'>;
  /** How a repository stands now, found by its id and its installation alone: what it is called does not matter. */
  repository(repository: Pick<RepositoryRef, 'id' | 'installationId'>): Promise<RepositoryStanding>;
  permissionOf(repository: RepositoryRef, person: Person): Promise<Permission>;
  /** `maxAgeMs`: an answer that was given so long ago will do; without it, GitHub is asked. */
  issue(repository: RepositoryRef, number: number, options?: { readonly maxAgeMs: number }): Promise<IssueFacts>;
  /** Oldest first, at most `COMMENTS_MAX`. */
  comments(repository: RepositoryRef, number: number): Promise<readonly CommentFacts[]>;

  /** The comments by us that begin with the marker, oldest first. A list of GitHub may lag behind by half a minute. */
  findComments(repository: RepositoryRef, number: number, marker: string): Promise<readonly OwnComment[]>;
  /** One comment, read by its id; null when it does not exist any more. */
  comment(repository: RepositoryRef, commentId: number): Promise<OwnComment | null>;
  createComment(repository: RepositoryRef, number: number, body: string): Promise<number>;
  /** Gives null when the comment does not exist any more. */
  updateComment(repository: RepositoryRef, commentId: number, body: string): Promise<'updated' | 'gone'>;
  /** Gone already is as good. */
  deleteComment(repository: RepositoryRef, commentId: number): Promise<void>;
  addReaction(repository: RepositoryRef, commentId: number, content: 'eyes' | 'rocket' | 'confused'): Promise<void>;

  labelsOf(repository: RepositoryRef, number: number): Promise<readonly string[]>;
  /** Gives all labels of the issue afterwards. A label that the repository does not have is made, and looks as wished. */
  addLabel(repository: RepositoryRef, number: number, label: LabelLook): Promise<readonly string[]>;
  removeLabel(repository: RepositoryRef, number: number, name: string): Promise<void>;

  /** The newest pull request from our branch, in any state, or null. */
  findPull(repository: RepositoryRef, branch: string): Promise<PullFacts | null>;
  createPull(repository: RepositoryRef, pull: NewPull): Promise<PullFacts>;
  pull(repository: RepositoryRef, number: number): Promise<PullFacts>;

  /** The ids of our check runs on a commit that carry this id, oldest first. */
  findChecks(repository: RepositoryRef, headSha: string, externalId: string): Promise<readonly FoundCheck[]>;
  createCheck(repository: RepositoryRef, headSha: string, check: CheckContent): Promise<number>;
  updateCheck(repository: RepositoryRef, checkId: number, check: CheckContent): Promise<'updated' | 'gone'>;

  /**
   * A page of what GitHub sent to our webhook, newest first: each attempt is one entry, a redelivery has the same guid.
   * `cursor`: null for the newest, or what the page before gave.
   */
  deliveries(cursor: string | null): Promise<DeliveryPage>;
  /** Asks for one more attempt. */
  redeliver(id: number): Promise<void>;

  /** Where the App is installed and not suspended; at most `INSTALLATIONS_MAX`. */
  installations(): Promise<{ readonly ids: readonly number[]; readonly githubNow: number | null }>;
  /** What an installation reaches; at most `REPOSITORIES_MAX`. */
  repositoriesOf(installationId: number): Promise<readonly ListedRepository[]>;
  /** Open issues that carry a label, oldest first, at most `LABELLED_MAX`. */
  openIssuesWith(repository: RepositoryRef, label: string): Promise<readonly ThreadFacts[]>;
  /** An issue or a pull request, with who closed it. */
  thread(repository: RepositoryRef, number: number): Promise<ThreadFacts>;
  /** When labels were put on an issue and by whom, oldest first; the latest events only, at most `EVENTS_MAX`. */
  labelings(repository: RepositoryRef, number: number): Promise<readonly Labeling[]>;
  /**
   * Comments of a whole repository that were written or edited since then (epoch ms, to the second), in the order of that;
   * one page of them. The same call gives the same answer until something happens, so GitHub need not count it.
   */
  commentsSince(
    repository: RepositoryRef,
    since: number,
    page: number,
  ): Promise<{ readonly comments: readonly PlacedComment[]; readonly isLast: boolean }>;

  /** The commit that a branch is at; null when there is no such branch, or no commit. */
  headOf(repository: RepositoryRef, branch: string): Promise<string | null>;
  /** Where git fetches and pushes, with an `Authorization` value for that repository alone, short-lived. Never log it. */
  gitAccess(
    repository: RepositoryRef,
    access: 'read' | 'write',
  ): Promise<{ readonly url: string; readonly authorization: string }>;
};

/** More comments than a prompt can use; the newest are the ones that matter. */
export const COMMENTS_MAX = 300;

export type RepositoryStanding =
  | { readonly standing: 'active'; readonly repository: Repository; readonly isArchived: boolean }
  /** `out-of-reach`: deleted, transferred, or taken out of the installation; GitHub does not say which. */
  | { readonly standing: 'suspended' | 'uninstalled' | 'out-of-reach' };
/** What one look at GitHub holds at most; what is beyond is looked at when less is in the way. */
export const INSTALLATIONS_MAX = 1_000;
export const REPOSITORIES_MAX = 10_000;
export const LABELLED_MAX = 300;
export const EVENTS_MAX = 200;

export type SentDelivery = {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  /** By GitHub's clock. */
  readonly deliveredAt: number;
  readonly isRedelivery: boolean;
};

export type DeliveryPage = {
  readonly deliveries: readonly SentDelivery[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
  /** GitHub's clock, when it told. */
  readonly githubNow: number | null;
};

/** Somebody on GitHub as a payload names them. */
export type Account = Person & { readonly type: string };

export type ListedRepository = RepositoryRef & { readonly defaultBranch: string; readonly isArchived: boolean };

export type ThreadFacts = {
  readonly number: number;
  readonly title: string;
  readonly isPull: boolean;
  readonly isMerged: boolean;
  readonly labels: readonly string[];
  /** Null while it is open. `by` is null when nobody can be named. */
  readonly closed: { readonly at: number; readonly by: Account | null } | null;
};

export type Labeling = { readonly id: number; readonly label: string; readonly at: number; readonly by: Account };

export type PlacedComment = {
  readonly id: number;
  readonly onNumber: number;
  readonly isPull: boolean;
  readonly body: string;
  readonly author: Account;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export type IssueFacts = {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
  readonly isPull: boolean;
  readonly isLocked: boolean;
  readonly author: Person & { readonly standing: Standing };
  readonly labels: readonly string[];
  /** How many there are. */
  readonly commentCount: number;
  readonly url: string;
};

export type CommentFacts = {
  readonly id: number;
  readonly body: string;
  readonly author: Person & { readonly isBot: boolean; readonly standing: Standing };
  readonly createdAt: number;
};

export type OwnComment = { readonly id: number; readonly body: string };

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

/** A check run of ours as GitHub has it. */
export type FoundCheck = { readonly id: number; readonly isCompleted: boolean };

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

/** Resolves when a write to GitHub that ends within `needsMs` may begin now; throws LeaseLostError otherwise. */
export type MayWrite = (needsMs: number) => Promise<void>;
