import type { Measure, Reservation, Reserved, Scope, ScopeFacts, Settlement } from '../domain/budget/budget.ts';
import type { Effect } from '../domain/effect/effect.ts';
import type { Repository } from '../domain/event/incoming.ts';
import type { ClosureReason, Place } from '../domain/place.ts';
import type { KnownConfig } from '../domain/policy/repository-config.ts';
import type { DeliveryId, EffectKey, RunId, SessionId } from '../domain/ids.ts';
import type { Lease } from '../domain/lease/lease.ts';
import type { LimitState } from '../domain/limits/limits.ts';
import type { Suspicion } from '../domain/run/suspicion.ts';
import type { Transition } from '../domain/session/move.ts';
import type { Session, StateName } from '../domain/session/session.ts';

/**
 * Everything that must survive a restart. Implemented by store/sqlite (and, for many machines, store/postgres), which
 * must pass store.conformance.ts. Every verb is atomic and durable when it resolves. Instants are epoch ms.
 * A server opens it with a lease. Every verb that writes checks the lease inside its transaction, and rejects with
 * LeaseLostError and changes nothing when the lease has ended or is somebody else's; reading goes on.
 */
export type Store = {
  readonly deliveries: DeliveryStore;
  readonly repositories: RepositoryStore;
  readonly places: PlaceStore;
  readonly sessions: SessionStore;
  readonly outbox: OutboxStore;
  readonly lease: LeaseStore;
  readonly limits: LimitStore;
  readonly budget: BudgetStore;
  readonly cursors: CursorStore;
  readonly facts: FactStore;
  readonly configs: ConfigStore;
  readonly retention: RetentionStore;
  readonly judgements: JudgementStore;
  /** Throws when the store cannot be written at this moment. `/readyz` asks. */
  checkWritable(): Promise<void>;
  /** Everything is kept for the next opening; verbs reject from now on. Closing twice is harmless. */
  close(): Promise<void>;
};

/** The one server that may write. It is taken at the opening and given back at the closing; times are the store's own. */
export type LeaseStore = {
  /** Whoever has it, or had it last; null when nobody ever did. */
  get(): Promise<Lease | null>;
  /** Ours, live at this moment. Throws LeaseLostError otherwise. */
  held(): Promise<Lease>;
  /** Ours for its whole length from now on. Throws LeaseLostError when it had ended already, also if nobody else took it. */
  renew(): Promise<Lease>;
  /** Resolves once any verb of this store has found that the lease is lost; there is no way back but a new opening. */
  readonly lost: Promise<void>;
};

/** A webhook POST whose signature was right. */
export type NewDelivery = {
  readonly id: DeliveryId;
  /** `X-GitHub-Event`. */
  readonly event: string;
  /** The body as it came: its text, or the bytes of that text in UTF-8. */
  readonly payload: string | Uint8Array;
  readonly receivedAt: number;
};

export type Delivery = Omit<NewDelivery, 'payload'> & { readonly payload: string; readonly attempts: number };

export type DeliveryEnd = 'processed' | 'uninteresting' | 'set-aside';

export type DeliveryFate =
  { readonly state: 'waiting'; readonly note: null } | { readonly state: DeliveryEnd; readonly note: string };

/** A delivery in hand, without its payload, which may be large. */
export type ClaimedDelivery = Omit<Delivery, 'payload'> & {
  /** As UTF-8. */
  readonly payloadBytes: number;
  /** Earlier tries that failed by a fault, and not because GitHub was unwell. */
  readonly faults: number;
  /** Earlier tries in which the whole process ended. */
  readonly crashes: number;
};

/** What a delivery is about, as far as it is known. */
export type Concerns = { readonly repositoryId: number; readonly issueNumber: number | null };

/** What became of the wish to try again. */
export type Replayed = 'replayed' | 'not-set-aside' | 'unknown';

/** Ends stay as they are, and an id that is not there is a bug and throws, unless a verb says otherwise. */
export type DeliveryStore = {
  /** Committed and synced when it resolves. A delivery that is known already, ended or not, changes nothing. */
  receive(delivery: NewDelivery): Promise<'stored' | 'known'>;
  /** Those of the ids that were received. */
  known(ids: readonly DeliveryId[]): Promise<ReadonlySet<DeliveryId>>;
  /** What became of one: `note` is null while it waits. Null when it was never received. */
  fate(id: DeliveryId): Promise<DeliveryFate | null>;
  /** Waiting deliveries whose time has come, oldest first; those in hand are among them. */
  waiting(options: { readonly now: number; readonly limit: number }): Promise<readonly Delivery[]>;
  /**
   * Takes waiting deliveries in hand whose time has come, and counts a try of each before it begins. First those received
   * since `liveSince`, oldest first; `backlogMin` places are kept for older ones. Beyond `limit` comes at most one that
   * was in hand when the process ended, while no other such one is in hand.
   */
  claim(options: {
    readonly now: number;
    readonly liveSince: number;
    readonly limit: number;
    readonly backlogMin: number;
  }): Promise<readonly ClaimedDelivery[]>;
  /** The body as it came. */
  payload(id: DeliveryId): Promise<string>;
  /** It waits no more. */
  end(id: DeliveryId, end: DeliveryEnd, note: string): Promise<void>;
  /** The try failed, by a fault or because of an outage: it waits until `retryAt`. */
  defer(
    id: DeliveryId,
    options: {
      readonly retryAt: number;
      readonly error: string;
      readonly isFault: boolean;
      readonly concerns?: Concerns | null;
    },
  ): Promise<void>;
  /** It was claimed and not tried: it waits until `retryAt`, and the try does not count. */
  putBack(id: DeliveryId, options: { readonly retryAt: number }): Promise<void>;
  /** Remembers what a delivery in hand is about, for people who have to look at it. */
  concern(id: DeliveryId, place: Concerns): Promise<void>;
  /** For whoever routes deliveries and has none in hand: none is. */
  recover(): Promise<void>;
  /**
   * For whoever starts: what still is in hand was so when the process ended, and may have ended it. Each waits until
   * `retryAt`; the one to which that has happened `crashesMax` times is set aside for that `reason`.
   */
  blame(options: {
    readonly retryAt: number;
    readonly crashesMax: number;
    readonly reason: string;
  }): Promise<{ readonly suspects: number; readonly setAside: readonly DeliveryId[] }>;
  /** Newest first. */
  setAside(limit: number): Promise<readonly SetAsideDelivery[]>;
  /** One that is set aside waits again, as if it had never been tried. */
  replay(id: DeliveryId): Promise<Replayed>;
  /** How many there are of each, every one accounted for. */
  count(): Promise<Readonly<Record<'waiting' | DeliveryEnd, number>>>;
};

export type SetAsideDelivery = Omit<ClaimedDelivery, 'payloadBytes' | 'faults'> & {
  readonly reason: string;
  readonly concerns: Concerns | null;
};

export type RepositoryStore = {
  /** Remembers what GitHub says now of a repository; its id is its identity. */
  see(repository: Repository): Promise<void>;
  /** Remembers a repository of which nothing is known yet, and gives what is known: word that is late takes nothing back. */
  meet(repository: Repository): Promise<Repository>;
  get(id: number): Promise<Repository | null>;
  /** The one that carries this name, in whatever case; of several that carried it the newest. */
  named(owner: string, name: string): Promise<Repository | null>;
  /** Those that an installation was last seen to reach, by id, from the one after `afterId` on. */
  ofInstallation(
    installationId: number,
    page: { readonly afterId: number; readonly limit: number },
  ): Promise<readonly Repository[]>;
};

/** A place in which no work is done and nothing is written, and why. */
export type Closure = {
  readonly place: Place;
  readonly why: ClosureReason;
  /** When somebody last made sure of it (epoch ms). */
  readonly lookedAt: number;
};

export type PlaceStore = {
  /**
   * Closes a place. In the same step every effect in it that is not being sent just now is revoked: it never will be done,
   * and that is no fault. Says how many. A place that is closed keeps its first reason.
   */
  close(place: Place, options: { readonly why: ClosureReason; readonly at: number }): Promise<number>;
  /**
   * False when it was open. In the same step those revoked effects in it come back that show what is true now: the newest
   * for each slot, but on no issue that is closed itself. Replies, reactions and publications stay revoked: their moment has passed.
   */
  open(place: Place): Promise<boolean>;
  /** The widest closed place around a repository or an issue; null when all are open, or nobody saw the repository. */
  closureOf(repositoryId: number, issueNumber: number | null): Promise<Closure | null>;
};

/** What we have used of GitHub's limits, by account: a restart must not forget it. */
export type LimitStore = {
  load(account: string): Promise<LimitState | null>;
  /** Committed and synced when it resolves: only then may the request go out that it counts. */
  save(account: string, state: LimitState, at: number): Promise<void>;
};

/** A run that is to spend something, and when it was asked for: its days are those of that instant, in UTC. */
export type Spender = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  readonly repositoryId: number;
  readonly at: number;
};

/** What runs may use and have used: reserved before a launch, settled after it. */
export type BudgetStore = {
  /**
   * Sums what is used in each scope of the run, asks `decide`, and stores what it reserves, in one step: what one run gets
   * no other one can get. `decide` is pure. A run that has a reservation is given the same again, without asking.
   */
  reserve(spender: Spender, decide: (facts: Readonly<Record<Scope, ScopeFacts>>) => Reserved): Promise<Reserved>;
  /** The run counts with what it used. Once settled it stays so; of a run without a reservation nothing is kept. */
  settle(run: RunId, settlement: Settlement): Promise<void>;
  /** Nothing was used: what was reserved is free again, unless the run is settled. */
  release(run: RunId): Promise<void>;
  /** Reservations that are neither settled nor released. */
  open(
    limit: number,
  ): Promise<readonly { readonly runId: RunId; readonly sessionId: SessionId; readonly reservation: Reservation }[]>;
  /** Adds to a limit, for the scope that the spender stands in; nothing if all additions were more than `sumMax` with it. The same cause adds once. */
  grant(
    cause: string,
    grant: {
      readonly spender: Omit<Spender, 'runId'>;
      readonly scope: Scope;
      readonly measure: Measure;
      readonly amount: number;
      readonly sumMax: number | null;
    },
  ): Promise<void>;
};

/** Instants up to which everything of a kind is stored, by name. Whoever moves one has stored what lies before it. */
export type CursorStore = {
  /** Epoch ms. A new store knows `home`, when it was made, and `compared`, the same; by this machine's clock. */
  get(name: string): Promise<number | null>;
  /** Only ever forward: an earlier instant changes nothing. */
  advance(name: string, at: number): Promise<void>;
};

/** What people said or did that counts once, such as `comment:ID`, whether a webhook told it or a comparison found it. */
export type FactStore = {
  isHeard(fact: string): Promise<boolean>;
  /** Saying so again changes nothing. */
  markHeard(fact: string, at: number): Promise<void>;
};

/** How each repository wants to be worked in, as it was read last. */
export type ConfigStore = {
  /** Null for a repository whose configuration was not read yet, or by another version whose words we do not know. */
  get(repositoryId: number): Promise<KnownConfig | null>;
  /** In place of what was known. */
  put(repositoryId: number, known: KnownConfig): Promise<void>;
};

/** How much was removed, and when. */
export type Removal = {
  readonly at: number;
  readonly deliveries: number;
  readonly effects: number;
  readonly facts: number;
  /** Sessions of which only the session itself is left. */
  readonly sessions: number;
  /** Run directories. */
  readonly runs: number;
};

/** The end of what nothing needs any more. Each verb that removes is one short transaction, and may be repeated. */
export type RetentionStore = {
  /**
   * Removes, at most `limit` of each kind, what had ended before the instant: deliveries that were settled, but no set
   * aside ones and none that a comparison made; effects that are done, superseded or over with their session; facts heard.
   * With facts, the cursor `forgotten` moves to that instant: what was said before it may have been heard. All 0: nothing is left.
   */
  remove(options: {
    readonly before: number;
    readonly limit: number;
  }): Promise<Pick<Removal, 'deliveries' | 'effects' | 'facts'>>;
  /** Settled sessions that have not changed since before the instant, and were not retired: with their runs, oldest first. */
  due(options: {
    readonly before: number;
    readonly limit: number;
  }): Promise<readonly { readonly id: SessionId; readonly runs: readonly RunId[] }[]>;
  /**
   * Removes the history of a settled session and what is known of its slots; the session stays, and so do the remote ids of
   * its card and its checks. False when it was retired before, or is not settled.
   */
  retire(id: SessionId, options: { readonly at: number }): Promise<boolean>;
  /** Remembers what was removed last, in place of what was before. */
  note(removal: Removal): Promise<void>;
  last(): Promise<Removal | null>;
};

/** What was judged of a run, and the sentence that says by which evidence. `at`: epoch ms. */
export type Judgement = {
  readonly runId: RunId;
  readonly kind: 'suspected' | 'recovered' | 'spared' | 'lost' | 'ended';
  readonly evidence: string;
  readonly at: number;
};

/** What looks at runs have come to. A session has at most one suspicion: of its newest run. */
export type JudgementStore = {
  suspicion(id: SessionId): Promise<Suspicion | null>;
  /** Those of sessions that are `working`. */
  suspicions(): Promise<readonly Suspicion[]>;
  /**
   * Remembers what a look came to (null: nothing speaks against the run any more) and what was judged, in one step; gives
   * the suspicions as they are then. That a run is `lost`, or has `ended`, is noted once. The newest judgements are kept.
   */
  note(
    id: SessionId,
    look: { readonly suspicion: Suspicion | null; readonly judgement: Judgement | null },
  ): Promise<readonly Suspicion[]>;
  /** The newest, oldest first. */
  ofSession(id: SessionId, limit: number): Promise<readonly Judgement[]>;
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
  /** Queued, longest unchanged first; but none of these repositories, and none of those that these installations reach. */
  queued(options: {
    readonly limit: number;
    readonly exceptRepositories: readonly number[];
    readonly exceptInstallations: readonly number[];
  }): Promise<readonly Session[]>;
  /** Those that wait for a budget which is new again by now, longest unchanged first. */
  renewable(options: { readonly now: number; readonly limit: number }): Promise<readonly Session[]>;
  /** Those of a repository that are in these states, newest first. */
  inRepository(repositoryId: number, states: readonly StateName[], limit: number): Promise<readonly Session[]>;
  /** Final, and not yet cleaned up after. */
  unsettled(limit: number): Promise<readonly Session[]>;
  /** Newest first. */
  latest(limit: number): Promise<readonly Session[]>;
  /**
   * Those that are not over and that this program cannot read, with the reason: another version wrote them, or the store is
   * damaged. The lists above pass them over; whoever asks for one of them by its id or its issue hears the error.
   */
  unreadable(limit: number): Promise<readonly { readonly id: SessionId; readonly why: string }[]>;
  /** Whether a cause opened or moved any session of an issue. */
  hasCaused(issue: { readonly repositoryId: number; readonly issueNumber: number }, cause: string): Promise<boolean>;
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
 * An effect is pending → sending → done | failed | superseded | revoked (its place is closed: see PlaceStore). Ends stay as they are, and a key that is not there throws.
 * A wish for a card, labels, a question, a check or a publication supersedes the pending one for its slot, and waits no
 * shorter than that; one that is sending or unknown is never superseded. Replies and reactions are all performed.
 * `unknown`: it was sent, and nobody knows whether it arrived; it must be looked up before it is sent again.
 * A wish that may rest, one that is held back, and a doubt before its time are not of their lane yet: what comes later may go first. The wish that
 * supersedes a resting one ends its rest no later than that would have ended.
 */
export type OutboxStore = {
  /** Wishes that no session causes. A key that is known already changes nothing. */
  add(effects: readonly Effect[], at: number): Promise<void>;
  /** GitHub was seen to show something else than we believed: that is forgotten, and the wish added, in one step. */
  addAnew(effect: Effect, at: number): Promise<void>;
  /**
   * Takes the next effect of each lane (an issue is a lane) whose time has come, in order of wishing, and marks it
   * `sending`; lanes in which a person waits for a reply, a reaction or a question come first. A lane with an effect
   * under way, or with an earlier one that waits for its time, gives none. One that cannot be read is failed, with that as
   * its reason, and is not given.
   */
  claim(options: { readonly now: number; readonly limit: number }): Promise<readonly Claimed[]>;
  /** It is on GitHub. A `remoteId` and a digest of what is `shown`, other than null, are remembered for its slot. */
  done(
    key: EffectKey,
    options: { readonly remoteId: string | null; readonly at: number; readonly shown?: string | null },
  ): Promise<void>;
  /** It is sent once more, although nobody knows the outcome of the last time: from now on there may be two. */
  again(key: EffectKey, options: { readonly at: number; readonly doubts: readonly Effect[] }): Promise<void>;
  /**
   * Not done: again at `retryAt`. `wasSent` when it may have reached GitHub all the same; once said, it stays said.
   * An effect that surely was not sent gives way to a newer wish for its slot, which then waits until `retryAt`.
   * `why` is `outage` unless said otherwise.
   */
  defer(
    key: EffectKey,
    options: {
      readonly retryAt: number;
      readonly wasSent: boolean;
      readonly error: string;
      readonly why?: DeferReason;
    },
  ): Promise<void>;
  /** It never will be done, and why. */
  fail(key: EffectKey, options: { readonly error: string; readonly at: number }): Promise<void>;
  /** What it was about is closed or gone: it never will be done, and that is no fault. */
  revoke(key: EffectKey, options: { readonly why: string; readonly at: number }): Promise<void>;
  /** Those that failed and why, newest first. */
  failed(limit: number): Promise<readonly FailedEffect[]>;
  /**
   * For whoever starts: what still is `sending` was so when the process ended, and may have ended it. It is `unknown` from
   * then on, so that a start that comes to nothing blames nobody twice. Returns how many.
   */
  blame(): Promise<number>;
  /** One that failed waits again, as if it had never been tried; what may have reached GitHub is still looked up first. */
  replay(key: EffectKey): Promise<Replayed>;
  /**
   * What GitHub calls the thing in this slot (a comment's or check run's id, a pull request's number), once an effect
   * for it was done. The newest one counts, and it outlives the effects.
   */
  remoteId(slot: string): Promise<string | null>;
  /** The digest of what the thing in this slot shows, as far as we know: forgotten when an effect for it is put off, fails or is revoked. */
  shown(slot: string): Promise<string | null>;
  /** For whoever performs effects and has none in hand: whatever is `sending` all the same is `unknown`. Returns how many. */
  recover(): Promise<number>;
  /** How many wishes there are of each state; doubts are counted apart. */
  count(): Promise<Readonly<Record<EffectState, number>>>;
  /** Looks for a second one that are still to come. */
  doubts(): Promise<number>;
};

/**
 * `outage`: whoever should do it was unwell. `fault`: it went wrong by itself, and is counted apart. `not-tried`: the claim
 * does not count among its attempts. `held-back`: neither does it, and until then it is not of its lane, so that what else is
 * wished for there goes first; but one for a slot that others share keeps its place once it may have been sent.
 */
export type DeferReason = 'outage' | 'fault' | 'not-tried' | 'held-back';

export type FailedEffect = Pick<Effect, 'key' | 'repositoryId' | 'issueNumber'> & {
  /** `unreadable`: what is stored of it is nothing that this program can read. */
  readonly kind: Effect['kind'] | 'unreadable';
  readonly error: string;
  readonly attempts: number;
  /** When it was given up. */
  readonly at: number;
};

export type EffectState = 'pending' | 'sending' | 'unknown' | 'done' | 'failed' | 'superseded' | 'revoked';

export type Claimed = {
  readonly effect: Effect;
  /** Tries before this one. */
  readonly attempts: number;
  /** Of those, how many failed by a fault. */
  readonly faults: number;
  /** Of those, how many the whole process ended in. */
  readonly crashes: number;
  /** A person waits for something in its lane. */
  readonly isUrgent: boolean;
  /** It, or one for its slot that was given up, may have reached GitHub in an earlier try: look before sending. */
  readonly mayBeDone: boolean;
  /** When that may have been at the latest, epoch ms; null exactly when it cannot be. */
  readonly sentAt: number | null;
};
