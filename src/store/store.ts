import type { Effect } from '../domain/effect/effect.ts';
import type { Repository } from '../domain/event/incoming.ts';
import type { DeliveryId, EffectKey, SessionId } from '../domain/ids.ts';
import type { Transition } from '../domain/session/move.ts';
import type { Session, StateName } from '../domain/session/session.ts';

/**
 * Everything that must survive a restart. Implemented by store/sqlite (and, for many machines, store/postgres), which
 * must pass store.conformance.ts. Every verb is atomic and durable when it resolves. Instants are epoch ms.
 */
export type Store = {
  readonly deliveries: DeliveryStore;
  readonly repositories: RepositoryStore;
  readonly sessions: SessionStore;
  readonly outbox: OutboxStore;
  /** Throws when the store cannot be written at this moment. `/readyz` asks. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
};

/** A webhook POST whose signature was right. */
export type NewDelivery = {
  readonly id: DeliveryId;
  /** `X-GitHub-Event`. */
  readonly event: string;
  /** The body as it came. */
  readonly payload: string;
  readonly receivedAt: number;
};

export type Delivery = NewDelivery & { readonly attempts: number };

export type DeliveryEnd = 'processed' | 'uninteresting' | 'set-aside';

export type DeliveryStore = {
  /** Committed and synced when it resolves. A delivery that is known already changes nothing. */
  receive(delivery: NewDelivery): Promise<'stored' | 'known'>;
  /** Those of the ids that were received. */
  known(ids: readonly DeliveryId[]): Promise<ReadonlySet<DeliveryId>>;
  /** Waiting deliveries whose time has come, oldest first. */
  waiting(options: { readonly now: number; readonly limit: number }): Promise<readonly Delivery[]>;
  end(id: DeliveryId, end: DeliveryEnd, note: string): Promise<void>;
  /** Routing threw: counts an attempt and waits until `retryAt`. */
  defer(id: DeliveryId, options: { readonly retryAt: number; readonly error: string }): Promise<void>;
  count(): Promise<Readonly<Record<'waiting' | DeliveryEnd, number>>>;
};

export type RepositoryStore = {
  /** Remembers the newest names of a repository. */
  see(repository: Repository): Promise<void>;
  get(id: number): Promise<Repository | null>;
};

export type SessionStore = {
  /**
   * Opens a session on an issue, unless one there is not final yet. `build` is pure; it gets the ordinal that the new
   * session has on its issue (1 for the first) and the latest session before it. Session and effects are one step.
   */
  open(
    issue: { readonly repositoryId: number; readonly issueNumber: number },
    build: (facts: { readonly ordinal: number; readonly previous: Session | null }) => Opened,
  ): Promise<{ readonly outcome: 'opened' | 'already-open'; readonly session: Session }>;
  get(id: SessionId): Promise<Session | null>;
  /** The latest session of an issue. */
  ofIssue(repositoryId: number, issueNumber: number): Promise<Session | null>;
  /** The latest session whose pull request has this number. */
  ofPull(repositoryId: number, pullNumber: number): Promise<Session | null>;
  /** In these states, longest unchanged first. */
  inStates(states: readonly StateName[], limit: number): Promise<readonly Session[]>;
  /** Final, and not yet cleaned up after. */
  unsettled(limit: number): Promise<readonly Session[]>;
  /** Newest first. */
  latest(limit: number): Promise<readonly Session[]>;
  /**
   * Loads a session, asks `decide` what happens to it, and stores the answer and its effects in one step. `decide` is
   * pure and synchronous: no transaction ever waits for GitHub or a process, and it may be asked again after a conflict.
   * A `cause` (such as `comment:123`) moves a session at most once: later it is `ignored` without asking.
   * Throws UserError `session-not-found`.
   */
  change(id: SessionId, cause: string, decide: (session: Session) => Transition): Promise<Transition>;
  /** What moved a session, oldest first. */
  history(id: SessionId): Promise<readonly HistoryEntry[]>;
};

export type Opened = { readonly session: Session; readonly effects: readonly Effect[] };

export type HistoryEntry = {
  readonly version: number;
  readonly cause: string;
  readonly from: StateName | null;
  readonly to: StateName;
  readonly at: number;
};

/**
 * An effect is pending → sending → done | failed | superseded. A wish for the slot of a pending one supersedes it.
 * `unknown`: it was sent, and nobody knows whether it arrived; it must be looked up before it is sent again.
 */
export type OutboxStore = {
  /** Wishes that no session causes. A key that is known already changes nothing. */
  add(effects: readonly Effect[], at: number): Promise<void>;
  /**
   * Takes the next effect of each lane (an issue is a lane) whose time has come, in order of wishing, and marks it
   * `sending`. A lane with an effect under way, or with an earlier one that waits for its time, gives none.
   */
  claim(options: { readonly now: number; readonly limit: number }): Promise<readonly Claimed[]>;
  done(key: EffectKey, options: { readonly remoteId: string | null; readonly at: number }): Promise<void>;
  /** Not done: again at `retryAt`. `wasSent` when it may have reached GitHub all the same. */
  defer(
    key: EffectKey,
    options: { readonly retryAt: number; readonly wasSent: boolean; readonly error: string },
  ): Promise<void>;
  /** It never will be done, and why. */
  fail(key: EffectKey, options: { readonly error: string; readonly at: number }): Promise<void>;
  /** What GitHub calls the thing in this slot (a comment's or check run's id, a pull request's number), once known. */
  remoteId(slot: string): Promise<string | null>;
  /** After a start: whatever was being sent when the last process ended is `unknown`. Returns how many. */
  recover(): Promise<number>;
  count(): Promise<Readonly<Record<EffectState, number>>>;
};

export type EffectState = 'pending' | 'sending' | 'unknown' | 'done' | 'failed' | 'superseded';

export type Claimed = {
  readonly effect: Effect;
  /** Tries before this one. */
  readonly attempts: number;
  /** It may have reached GitHub in an earlier try: look before sending. */
  readonly mayBeDone: boolean;
};
