import { displayOf } from '../domain/session/display.ts';
import { isFinal, type Session, type StateName } from '../domain/session/session.ts';
import { oneLine } from '../render/one-line.ts';
import { waitsForText } from '../render/waits-for.ts';
import type { Concerns, Removal, Store } from '../store/store.ts';
import { runWarnings } from './run-warnings.ts';
import { findSetAside } from './set-aside.ts';

const ACTIVE_MAX = 1_000; // sessions; the longest unchanged come first, and those are what people look for
const ENDED_MAX = 5; // the newest; older ones are history
const LATEST_MAX = 50; // looked at to find them
const TITLE_CHARACTERS_MAX = 60;
const REASON_CHARACTERS_MAX = 300;

const activeStates: readonly StateName[] = [
  ...(['waiting', 'reviewing', 'working', 'preparing', 'publishing', 'retrying', 'queued'] as const),
];

/** What `reeve status` tells, and its `--json` document. Instants are epoch ms; texts of others are fit for a terminal. */
export type HomeStatus = {
  readonly at: number;
  /** Those that have not ended, then a few that have. */
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
  /** Null for one that has ended. */
  readonly waitsFor: string | null;
  readonly changedAt: number;
  readonly pull: number | null;
};

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
  store: Pick<Store, 'deliveries' | 'outbox' | 'sessions' | 'repositories' | 'retention' | 'judgements'>,
  at: number,
): Promise<HomeStatus> {
  const active = await store.sessions.inStates(activeStates, ACTIVE_MAX);
  const ended = (await store.sessions.latest(LATEST_MAX)).filter(isFinal).slice(0, ENDED_MAX);
  const [oldest] = await store.deliveries.waiting({ now: Number.MAX_SAFE_INTEGER, limit: 1 });
  const setAside = await findSetAside(store);
  const nameOf = createNames(store);
  const sessions: SessionStatus[] = [];
  for (const session of [...active, ...ended]) sessions.push(statusOf(session, await nameOf(session)));
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
  return {
    ...{ at, sessions, deliveries: await store.deliveries.count(), effects: await store.outbox.count() },
    ...{
      oldestWaitingAt: oldest?.receivedAt ?? null,
      removed: await store.retention.last(),
      warnings: await runWarnings(store, at),
      setAside: { deliveries, effects },
    },
  };
}

function statusOf(session: Session, issue: string): SessionStatus {
  const { id, state, changedAt, pull } = session;
  return {
    ...{ id, issue, title: oneLine(session.title, TITLE_CHARACTERS_MAX), state },
    ...{
      headline: displayOf(session).headline,
      waitsFor: waitsForText(session),
      changedAt,
      pull: pull?.number ?? null,
    },
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
