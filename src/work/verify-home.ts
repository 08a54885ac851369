import type { Session } from '../domain/session/session.ts';
import type { Store } from '../store/store.ts';
import { findSetAside, setAsideSentences } from './set-aside.ts';

const SESSIONS_MAX = 10_000; // the newest; older ones were verified while they were new

/** What `reeve verify` recomputes from the store. */
export type Verification = {
  readonly holds: boolean;
  /** One sentence for each thing that is not as promised. */
  readonly problems: readonly string[];
  readonly deliveries: Awaited<ReturnType<Store['deliveries']['count']>>;
  readonly effects: Awaited<ReturnType<Store['outbox']['count']>>;
  /** Looks for something that GitHub may have twice, which are still to come. */
  readonly doubts: number;
  readonly sessions: readonly SessionSummary[];
};

export type SessionSummary = {
  readonly id: string;
  readonly issue: number;
  readonly state: Session['state'];
  readonly runs: number;
  readonly questions: number;
  readonly pull: number | null;
  /** It has ended, and its processes are gone; so is its workspace, unless it is named as a problem. */
  readonly isSettled: boolean;
  readonly agentMs: number;
  readonly costMicroUsd: number | null;
};

/** Reads and never writes. Work that is still under way is no problem; work that is lost, stuck or left over is. */
export async function verifyHome(
  store: Pick<Store, 'deliveries' | 'outbox' | 'sessions'>,
  leftover: { workspaces(): Promise<readonly string[]> },
): Promise<Verification> {
  const deliveries = await store.deliveries.count();
  const effects = await store.outbox.count();
  const doubts = await store.outbox.doubts();
  const setAside = await findSetAside(store);
  const sessions = await store.sessions.latest(SESSIONS_MAX);
  const owned = new Set<string>(sessions.filter((session) => !session.isSettled).map((session) => session.id));
  const orphans = (await leftover.workspaces()).filter((id) => !owned.has(id));
  const problems = [
    ...setAsideSentences({ ...setAside, effects: [] }),
    ...setAside.effects.map(({ key, error }) => `The wish ${key} was given up: ${error}`),
    ...orphans.map(
      (id) =>
        `The workspace of ${id} is left over although its session has ended; it may hold work that is kept nowhere else.`,
    ),
    ...sessions
      .filter(hasLooseRun)
      .map((session) => `${session.id} is ${session.state} and still has a run without an end.`),
  ];
  return { holds: problems.length === 0, problems, deliveries, effects, doubts, sessions: sessions.map(summaryOf) };
}

/** Only a session that is preparing or working may have a run that has not ended. */
function hasLooseRun(session: Session): boolean {
  const isAtWork = session.state === 'preparing' || session.state === 'working';
  return !isAtWork && session.runs.some((run) => run.end === null);
}

function summaryOf(session: Session): SessionSummary {
  return {
    id: session.id,
    issue: session.issueNumber,
    state: session.state,
    runs: session.runs.length,
    questions: session.questions.length,
    pull: session.pull?.number ?? null,
    isSettled: session.isSettled,
    agentMs: session.spend.agentMs,
    costMicroUsd: session.spend.costMicroUsd,
  };
}
