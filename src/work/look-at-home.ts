import type { RunId } from '../domain/ids.ts';
import { isLive } from '../domain/lease/lease.ts';
import type { Spend } from '../domain/run/run.ts';
import { displayOf } from '../domain/session/display.ts';
import { outcomeOf, type Outcome } from '../domain/session/outcome.ts';
import { isFinal, type Session, type StateName } from '../domain/session/session.ts';
import { oneLine } from '../render/one-line.ts';
import { waitsForText } from '../render/waits-for.ts';
import type { Concerns, Removal, Store } from '../store/store.ts';
import { runWarnings } from './run-warnings.ts';
import { findSetAside } from './set-aside.ts';

const ACTIVE_MAX = 1_000; // sessions; the longest unchanged come first, and those are what people look for
const ENDED_MAX = 5; // the newest; older ones are history
const LATEST_MAX = 50; // looked at to find them
const TITLE_CHARACTERS_MAX = 120;
const REASON_CHARACTERS_MAX = 300;

/** In the order in which an operator wants to see them: those that need a person come first. */
const activeStates: readonly StateName[] = [
  ...(['waiting', 'working', 'preparing', 'publishing', 'retrying', 'queued', 'reviewing'] as const),
];

/** What `reeve status` tells, and its `--json` document. Instants are epoch ms; texts of others are fit for a terminal. */
export type HomeStatus = {
  readonly at: number;
  /** A server holds the home, or did until at most a minute ago: one that was killed could not give it back. */
  readonly isServed: boolean;
  /** Those that have not ended by their state, each longest unchanged first; then a few that have, newest first. */
  readonly sessions: readonly SessionStatus[];
  readonly deliveries: Awaited<ReturnType<Store['deliveries']['count']>>;
  readonly effects: Awaited<ReturnType<Store['outbox']['count']>>;
  /** When the delivery came that has waited longest. */
  readonly oldestWaitingAt: number | null;
  /** What was removed last because it was older than its term; null: nothing yet. */
  readonly removed: Removal | null;
  /** What people should look at among the runs at work, as sentences. */
  readonly warnings: readonly string[];
  readonly setAside: {
    readonly deliveries: readonly (SetAsideStatus & { readonly id: string; readonly event: string })[];
    readonly effects: readonly (SetAsideStatus & { readonly key: string; readonly kind: string })[];
  };
};

export type SessionStatus = {
  readonly id: string;
  /** `OWNER/REPO#N`. */
  readonly issue: string;
  readonly title: string;
  readonly state: StateName;
  readonly headline: string;
  /** What its exit code says, as of `reeve status ID`. */
  readonly outcome: Outcome;
  /** Null for one that has ended. */
  readonly waitsFor: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
  /** When its run last gave any sign of life; null while none is under way, or when that cannot be read. */
  readonly lastSignAt: number | null;
  readonly spend: Spend;
  readonly pull: number | null;
};

/** When a run last gave any sign of life (epoch ms); null when that cannot be told. */
export type LastSign = (run: RunId) => Promise<number | null>;

type SetAsideStatus = {
  /** `OWNER/REPO#N`; null when nobody could read what it is about. */
  readonly about: string | null;
  readonly tries: number;
  readonly reason: string;
  /** When the delivery came, or the effect was given up. */
  readonly at: number;
};

/** Reads and never writes, also while a server runs. */
export async function lookAtHome(
  store: Pick<Store, 'deliveries' | 'outbox' | 'sessions' | 'repositories' | 'retention' | 'judgements' | 'lease'>,
  at: number,
  lastSignOf: LastSign = async () => null,
): Promise<HomeStatus> {
  const active = byState(await store.sessions.inStates(activeStates, ACTIVE_MAX));
  const ended = (await store.sessions.latest(LATEST_MAX)).filter(isFinal).slice(0, ENDED_MAX);
  const [oldest] = await store.deliveries.waiting({ now: Number.MAX_SAFE_INTEGER, limit: 1 });
  const setAside = await findSetAside(store);
  const nameOf = createNames(store);
  const sessions: SessionStatus[] = [];
  for (const session of [...active, ...ended]) {
    const lastSignAt = session.state === 'working' ? await lastSignOf(session.runId) : null;
    sessions.push(statusOf(session, { issue: await nameOf(session), lastSignAt }));
  }
  const deliveries: HomeStatus['setAside']['deliveries'][number][] = [];
  for (const { id, event, attempts, reason, receivedAt, concerns } of setAside.deliveries) {
    const about = concerns && (await nameOf(concerns));
    deliveries.push({
      id,
      event,
      about,
      tries: attempts,
      reason: oneLine(reason, REASON_CHARACTERS_MAX),
      at: receivedAt,
    });
  }
  const effects: HomeStatus['setAside']['effects'][number][] = [];
  for (const effect of setAside.effects) {
    const { key, kind, attempts: tries, error, at: failedAt } = effect;
    const reason = oneLine(error, REASON_CHARACTERS_MAX);
    effects.push({ key, kind, about: await nameOf(effect), tries, reason, at: failedAt });
  }
  const lease = await store.lease.get();
  return {
    ...{ at, isServed: lease !== null && isLive(lease, at) },
    ...{ sessions, deliveries: await store.deliveries.count(), effects: await store.outbox.count() },
    ...{
      oldestWaitingAt: oldest?.receivedAt ?? null,
      removed: await store.retention.last(),
      warnings: await runWarnings(store, at),
      setAside: { deliveries, effects },
    },
  };
}

function byState(sessions: readonly Session[]): readonly Session[] {
  const rank = ({ state }: Session): number => activeStates.indexOf(state);
  return sessions.toSorted((one, other) => rank(one) - rank(other));
}

function statusOf(
  session: Session,
  { issue, lastSignAt }: { readonly issue: string; readonly lastSignAt: number | null },
): SessionStatus {
  const { id, state, createdAt, changedAt, spend, pull } = session;
  return {
    ...{ id, issue, title: oneLine(session.title, TITLE_CHARACTERS_MAX), state },
    ...{ headline: displayOf(session).headline, outcome: outcomeOf(state), waitsFor: waitsForText(session) },
    ...{ createdAt, changedAt, lastSignAt, spend, pull: pull?.number ?? null },
  };
}

/** Gives `OWNER/REPO#N`, by what the last delivery called the repository. */
function createNames({ repositories }: Pick<Store, 'repositories'>): (place: Concerns) => Promise<string> {
  const names = new Map<number, string>();
  return async ({ repositoryId, issueNumber }) => {
    const known = names.get(repositoryId);
    const repository = known === undefined ? await repositories.get(repositoryId) : null;
    const name = known ?? (repository ? `${repository.owner}/${repository.name}` : `repository ${repositoryId}`);
    names.set(repositoryId, name);
    return issueNumber === null ? name : `${name}#${issueNumber}`;
  };
}
