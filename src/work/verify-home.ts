import type { Effect } from '../domain/effect/effect.ts';
import type { Session } from '../domain/session/session.ts';
import type { Store } from '../store/store.ts';

const FAILED_MAX = 1_000; // more than anybody reads; the newest tell what is wrong
const SESSIONS_MAX = 10_000; // the newest; older ones were verified while they were new

/** What `reeve verify` recomputes from the store. */
export type Verification = {
  readonly holds: boolean;
  /** One sentence for each thing that is not as promised. */
  readonly problems: readonly string[];
  readonly deliveries: Awaited<ReturnType<Store['deliveries']['count']>>;
  readonly effects: Awaited<ReturnType<Store['outbox']['count']>>;
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
  const failed = await store.outbox.failed(FAILED_MAX);
  const sessions = await store.sessions.latest(SESSIONS_MAX);
  const owned = new Set<string>(sessions.filter((session) => !session.isSettled).map((session) => session.id));
  const orphans = (await leftover.workspaces()).filter((id) => !owned.has(id));
  const problems = [
    ...sentence(deliveries['set-aside'], 'deliveries are set aside: routing them failed too often. The log says why.'),
    ...failed.flatMap(({ effect, error }) => (isTold(effect) ? [] : [`The wish ${effect.key} was given up: ${error}`])),
    ...orphans.map(
      (id) =>
        `The workspace of ${id} is left over although its session has ended; it may hold work that is kept nowhere else.`,
    ),
    ...sessions
      .filter(hasLooseRun)
      .map((session) => `${session.id} is ${session.state} and still has a run without an end.`),
  ];
  return { holds: problems.length === 0, problems, deliveries, effects, sessions: sessions.map(summaryOf) };
}

function sentence(count: number, rest: string): string[] {
  return count === 0 ? [] : [`${count} ${rest}`];
}

/** A push that GitHub refused is dealt with: its session has failed and says so on its card. */
function isTold({ kind }: Effect): boolean {
  return kind === 'publish';
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
