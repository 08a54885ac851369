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
  /** Everything is kept for the next opening; verbs reject from now on. Closing twice is harmless. */
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
  /** Committed and synced when it resolves. A delivery that is known already, ended or not, changes nothing. */
  receive(delivery: NewDelivery): Promise<'stored' | 'known'>;
  /** Those of the ids that were received. */
  known(ids: readonly DeliveryId[]): Promise<ReadonlySet<DeliveryId>>;
  /** Waiting deliveries whose time has come, oldest first. */
  waiting(options: { readonly now: number; readonly limit: number }): Promise<readonly Delivery[]>;
  /** It waits no more. One that has ended already stays as it is; one that is not there is a bug, and throws. */
  end(id: DeliveryId, end: DeliveryEnd, note: string): Promise<void>;
  /** Routing threw: counts an attempt and waits until `retryAt`. As with `end`, an end stays. */
  defer(id: DeliveryId, options: { readonly retryAt: number; readonly error: string }): Promise<void>;
  /** How many there are of each, every one accounted for. */
  count(): Promise<Readonly<Record<'waiting' | DeliveryEnd, number>>>;
};

export type RepositoryStore = {
  /** Remembers what the latest call said of a repository; its id is its identity. */
  see(repository: Repository): Promise<void>;
  get(id: number): Promise<Repository | null>;
};

export type SessionStore = {
  /**
   * Opens a session on an issue, unless one there is not final yet. `build` is pure; it gets the ordinal that the new
   * session has on its issue (1 for the first) and the latest session before it. Session and effects are one step.
   * A `cause` (such as `delivery:GUID`) opens at most one session on an issue: asked again, even after the end of that
   * session, the answer is the same session, `opened`, without asking `build`.
   */
  open(
    issue: { readonly repositoryId: number; readonly issueNumber: number },
    cause: string,
    build: (facts: { readonly ordinal: number; readonly previous: Session | null }) => Opened,
  ): Promise<{ readonly outcome: 'opened' | 'already-open'; readonly session: Session }>;
  get(id: SessionId): Promise<Session | null>;
  /** The latest session of an issue. */
  ofIssue(repositoryId: number, issueNumber: number): Promise<Session | null>;
  /** The latest session whose pull request has this number. */
  ofPull(repositoryId: number, pullNumber: number): Promise<Session | null>;
  /** The latest session whose pull request was last seen at this commit. */
  ofHead(repositoryId: number, headSha: string): Promise<Session | null>;
  /** In these states, longest unchanged first. */
  inStates(states: readonly StateName[], limit: number): Promise<readonly Session[]>;
  /** Final, and not yet cleaned up after. */
  unsettled(limit: number): Promise<readonly Session[]>;
  /** Newest first. */
  latest(limit: number): Promise<readonly Session[]>;
  /**
   * Loads a session, asks `decide` what happens to it, and stores the answer and its effects in one step. `decide` is
   * pure and synchronous: no transaction ever waits for GitHub or a process, and it may be asked again after a conflict.
   * A `cause` (such as `comment:123`) moves a session at most once: later, and when it opened the session, it is
   * `ignored` as `stale` without asking. A cause that was ignored is not used up. Throws UserError `session-not-found`;
   * what `decide` throws is thrown, and nothing is stored. An answer that is not the next version of the session throws.
   */
  change(id: SessionId, cause: string, decide: (session: Session) => Transition): Promise<Transition>;
  /** What opened and moved a session, oldest first. */
  history(id: SessionId): Promise<readonly HistoryEntry[]>;
};

export type Opened = { readonly session: Session; readonly effects: readonly Effect[] };

export type HistoryEntry = {
  readonly version: number;
  readonly cause: string;
  /** Null for the opening. */
  readonly from: StateName | null;
  readonly to: StateName;
  readonly at: number;
  /** What it wished of GitHub, in order. */
  readonly effects: readonly EffectKey[];
};

/**
 * An effect is pending → sending → done | failed | superseded. Ends stay as they are, and a key that is not there throws.
 * A wish for a card, labels, a question, a check or a publication supersedes the pending one for its slot, and waits no
 * shorter than that; one that is sending or unknown is never superseded. Replies and reactions are all performed.
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
  /** It is on GitHub. A `remoteId` other than null is remembered for its slot. */
  done(key: EffectKey, options: { readonly remoteId: string | null; readonly at: number }): Promise<void>;
  /**
   * Not done: again at `retryAt`. `wasSent` when it may have reached GitHub all the same; once said, it stays said.
   * An effect that surely was not sent gives way to a newer wish for its slot, which then waits until `retryAt`.
   */
  defer(
    key: EffectKey,
    options: { readonly retryAt: number; readonly wasSent: boolean; readonly error: string },
  ): Promise<void>;
  /** It never will be done, and why. */
  fail(key: EffectKey, options: { readonly error: string; readonly at: number }): Promise<void>;
  /** Those that failed and why, newest first. */
  failed(limit: number): Promise<readonly { readonly effect: Effect; readonly error: string }[]>;
  /**
   * What GitHub calls the thing in this slot (a comment's or check run's id, a pull request's number), once an effect
   * for it was done. The newest one counts, and it outlives the effects.
   */
  remoteId(slot: string): Promise<string | null>;
  /** For whoever performs effects and has none in hand: whatever is `sending` all the same is `unknown`. Returns how many. */
  recover(): Promise<number>;
  count(): Promise<Readonly<Record<EffectState, number>>>;
};

export type EffectState = 'pending' | 'sending' | 'unknown' | 'done' | 'failed' | 'superseded';

export type Claimed = {
  readonly effect: Effect;
  /** Tries before this one. */
  readonly attempts: number;
  /** It, or one for its slot that was given up, may have reached GitHub in an earlier try: look before sending. */
  readonly mayBeDone: boolean;
};
