import type { SessionId } from '../domain/ids.ts';
import type { RunStatus } from '../domain/run/run.ts';
import { displayOf } from '../domain/session/display.ts';
import { outcomeOf, type Outcome } from '../domain/session/outcome.ts';
import {
  openQuestion,
  type Question,
  type RunRecord,
  type Session,
  type StateName,
} from '../domain/session/session.ts';
import type { Sighting } from '../domain/session/sighting.ts';
import { waitsForText } from '../render/waits-for.ts';
import type { HistoryEntry, Judgement, Store } from '../store/store.ts';

const RUNS_MAX = 200; // the newest; a session of more is not read to its first run
const HISTORY_MAX = 1_000; // the newest
const JUDGEMENTS_MAX = 100; // the newest; a store keeps no more

/** Everything of one session, as `reeve status ID --json` prints it. Instants are epoch ms; texts may be hostile. */
export type SessionReport = {
  readonly at: number;
  readonly id: SessionId;
  readonly issue: string;
  readonly title: string;
  readonly state: StateName;
  readonly headline: string;
  readonly outcome: Outcome;
  readonly waitsFor: string | null;
  /** Why it ended, or waits for its next try, where there is more to say than the headline does. */
  readonly detail: string | null;
  readonly requestedBy: Session['requestedBy'];
  readonly previousId: SessionId | null;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly version: number;
  readonly branch: string;
  readonly pull: Session['pull'];
  readonly spend: Session['spend'];
  readonly progress: string | null;
  readonly summary: string | null;
  /** The number of the question that waits for an answer. */
  readonly openQuestion: number | null;
  readonly questions: readonly Question[];
  /** Oldest first. */
  readonly runs: readonly RunReport[];
  /** What was made of its runs and by which evidence, oldest first. */
  readonly judgements: readonly Judgement[];
  /** What opened and moved it, oldest first. */
  readonly history: readonly Omit<HistoryEntry, 'effects'>[];
};

export type RunReport = RunRecord & {
  /** Where its transcript and all else of it lies. */
  readonly directory: string;
  /** What the run host last said of it; null when there is no such word. */
  readonly status: Pick<RunStatus, 'state' | 'heartbeatAt' | 'outputAt' | 'outputBytes' | 'spend' | 'end'> | null;
};

/** What is known of a run beside the store. */
export type LookAtRun = (run: RunRecord) => Promise<Pick<RunReport, 'directory' | 'status'>>;

/** Reads and never writes, also while a server runs or none does. */
export async function lookAtSession(
  { sessions, judgements }: Pick<Store, 'sessions' | 'judgements'>,
  { issue, session }: Extract<Sighting, { kind: 'session' }>,
  { at, lookAtRun }: { readonly at: number; readonly lookAtRun: LookAtRun },
): Promise<SessionReport> {
  const { id, title, state, requestedBy, previousId, createdAt, changedAt, version, branch, pull, spend } = session;
  const runs: RunReport[] = [];
  for (const run of session.runs.slice(-RUNS_MAX)) runs.push({ ...run, ...(await lookAtRun(run)) });
  const history = (await sessions.history(id)).slice(-HISTORY_MAX);
  return {
    ...{ at, id, issue, title, state, headline: displayOf(session).headline, outcome: outcomeOf(state) },
    ...{ waitsFor: waitsForText(session), detail: detailOf(session), requestedBy, previousId, createdAt, changedAt },
    ...{ version, branch, pull, spend, progress: session.state === 'working' ? session.progress : null },
    ...{ summary: session.summary, openQuestion: openQuestion(session)?.number ?? null, questions: session.questions },
    ...{ runs, judgements: await judgements.ofSession(id, JUDGEMENTS_MAX), history: history.map(entryOf) },
  };
}

function entryOf({ version, cause, from, to, at }: HistoryEntry): SessionReport['history'][number] {
  return { version, cause, from, to, at };
}

function detailOf(session: Session): string | null {
  return session.state === 'failed' || session.state === 'retrying' ? session.detail : null;
}
