import { reportOf, summaryOf } from '../domain/run/report.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import { judgeRun, type RunVerdict } from '../domain/run/judge.ts';
import type { Suspicion } from '../domain/run/suspicion.ts';
import type { Session } from '../domain/session/session.ts';
import { startMishap } from '../render/mishap.ts';
import { clearSuspicion, judgeLoss } from './judge-loss.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { restAgent } from './rest-agent.ts';
import { hearFates, tellAgent } from './tell-agent.ts';

/** Twelve edits of a card in a minute at most: several runs together stay far below GitHub's 80 content writes. */
const PROGRESS_EDIT_MS_MIN = 5_000;
const STOP_MS_MAX = 10_000; // killing a tree of processes and making sure of it

type Working = Extract<Session, { state: 'working' }>;
type Ended = Extract<RunVerdict, { verdict: 'ended' }>;
type Report = { readonly judged: Ended; readonly facts: RunFacts };
type Lost = Extract<RunVerdict, { verdict: 'lost' }>;

/** Looks at a live run and tells its session what it sees: progress, an end, or that it is lost. Safe to repeat. */
export async function watchRun(ports: Ports, session: Working): Promise<void> {
  const glance = ports.runs.glance(session.runId);
  const facts = await ports.runs.observe(session.runId);
  const judged = judgeRun(facts, ports.now());
  switch (judged.verdict) {
    case 'starting':
    case 'alive': {
      const believed = await believedSuspicion(ports, session);
      // It was judged lost and told to stop, which cannot be taken back; it ends as lost, or as it says itself.
      if (believed && facts.isStopRequested) return void (await ports.runs.stop(session.runId, ports.now()));
      await clearSuspicion(ports, session);
      await tellAgent(ports, session, facts);
      if (judged.verdict === 'alive' && newProgressIn(facts, session) === null)
        return ports.quietRuns.note(session, { glance, facts });
      return tellProgress(ports, session, facts);
    }
    case 'unclear':
      await judgeLoss(ports, session, { doubt: judged, heartbeatAt: heartbeatOf(facts) });
      return tellProgress(ports, session, facts);
    case 'ended':
      return endAsReported(ports, session, { judged, facts });
    case 'lost':
      if ((await judgeLoss(ports, session, { doubt: judged, heartbeatAt: heartbeatOf(facts) })) !== 'believed') return;
      return endAsLost(ports, session, judged);
  }
}

/** What the agent said last of how it gets on; null when the session has heard that. */
function newProgressIn({ outputs }: RunFacts, session: Working): string | null {
  const progress = reportOf(outputs).progress.at(-1) ?? null;
  return progress === session.progress ? null : progress;
}

async function tellProgress(ports: Ports, session: Working, facts: RunFacts): Promise<void> {
  const { now } = ports;
  const progress = newProgressIn(facts, session);
  if (progress === null) return;
  if (now() - session.changedAt < PROGRESS_EDIT_MS_MIN) return; // the newest line is told in the next look
  await moveSession(ports, session.id, `progress:v${session.version}`, {
    ...{ kind: 'run-progressed', runId: session.runId, text: progress, at: now() },
  });
}

/** What the host itself wrote outranks all that was inferred before. */
async function endAsReported(ports: Ports, session: Working, { judged, facts }: Report): Promise<void> {
  const { id, runId } = session;
  const { question, spend, end } = judged;
  const believed = await believedSuspicion(ports, session);
  // A stop that we asked for because the run was judged lost says no more than that.
  if (believed && end.reason === 'stopped') {
    const { question: asked } = reportOf(facts.outputs);
    return bury(ports, session, { evidence: believed.evidence, question: asked, spend });
  }
  const isStarted = end.reason !== 'not-started';
  if (!isStarted) {
    ports.log.warn({ session: id, run: runId, detail: end.detail }, 'The agent could not be started.');
  }
  const at = ports.now();
  const evidence = `Its run host said: ${end.reason}. ${end.detail}`.trim();
  await ports.store.judgements.note(id, { suspicion: null, judgement: { runId, kind: 'ended', evidence, at } });
  await hearFates(ports, session, facts);
  const restsUntil = await restAgent(ports, session, end);
  const mark = facts.status?.mark;
  await moveSession(ports, id, `run-ended:${runId}`, {
    ...{ kind: 'run-ended', runId, reason: end.reason, question, spend, at },
    ...(mark ? { mark } : {}),
    ...(restsUntil === undefined ? {} : { restsUntil }),
    detail: isStarted ? end.detail : startMishap(end.detail, runId),
    summary: summaryOf(judged),
  });
}

/** Nothing of it may be left before another run works in its place. */
async function endAsLost(ports: Ports, session: Working, judged: Lost): Promise<void> {
  const { runs, now, mayWrite } = ports;
  await mayWrite(STOP_MS_MAX); // whoever lost the lease ends nobody's run
  if ((await runs.stop(session.runId, now())) === 'stopping') return;
  // It may have written its end while it was being stopped.
  const facts = await runs.observe(session.runId);
  const last = judgeRun(facts, now());
  if (last.verdict === 'ended') return endAsReported(ports, session, { judged: last, facts });
  const believed = await believedSuspicion(ports, session);
  await bury(ports, session, { ...judged, evidence: believed?.evidence ?? judged.evidence });
}

type Burial = Pick<Lost, 'evidence' | 'question' | 'spend'>;

async function bury(ports: Ports, session: Working, { evidence, question, spend }: Burial): Promise<void> {
  const { id, runId } = session;
  await moveSession(ports, id, `run-ended:${runId}`, {
    ...{ kind: 'run-ended', runId, reason: 'lost', detail: evidence, question, summary: null, spend },
    at: ports.now(),
  });
  await ports.store.judgements.note(id, { suspicion: null, judgement: null });
}

async function believedSuspicion({ store }: Ports, { id, runId }: Working): Promise<Suspicion | null> {
  const stored = await store.judgements.suspicion(id);
  return stored?.runId === runId && stored.isBelieved ? stored : null;
}

function heartbeatOf({ status }: RunFacts): number | null {
  return status?.heartbeatAt ?? null;
}
