import { setTimeout as delay } from 'node:timers/promises';

import { reportOf, summaryOf } from '../domain/run/report.ts';
import type { RunFacts } from '../domain/run/facts.ts';
import { judgeRun } from '../domain/run/judge.ts';
import type { Session } from '../domain/session/session.ts';
import { startMishap } from '../render/mishap.ts';
import { moveSession } from './move-session.ts';
import type { RunId } from '../domain/ids.ts';
import type { Ports } from './ports.ts';

/** Twelve edits of a card in a minute at most: several runs together stay far below GitHub's 80 content writes. */
const PROGRESS_EDIT_MS_MIN = 5_000;
const LOOK_TWICE_MS = 5_000; // two heartbeats and some: after a sleep of the whole machine everything looks old at first

/** Looks at a live run and tells its session what it sees: progress, an end, or that it is lost. Safe to repeat. */
export async function watchRun(
  ports: Ports,
  session: Extract<Session, { state: 'working' }>,
  lookTwiceMs: number = LOOK_TWICE_MS,
): Promise<void> {
  const { runs, now } = ports;
  const { runId } = session;
  const facts = await runs.observe(runId);
  const judged = judgeRun(facts, now());
  switch (judged.verdict) {
    case 'starting':
      return;
    case 'alive': {
      const progress = reportOf(facts.outputs).progress.at(-1) ?? null;
      if (progress === null || progress === session.progress) return;
      if (now() - session.changedAt < PROGRESS_EDIT_MS_MIN) return; // the newest line is told in the next look
      await moveSession(ports, session.id, `progress:v${session.version}`, {
        kind: 'run-progressed',
        runId,
        text: progress,
        at: now(),
      });
      return;
    }
    case 'ended': {
      const { reason, detail } = judged.end;
      const { question, spend } = judged;
      const isStarted = reason !== 'not-started';
      if (!isStarted) ports.log.warn({ session: session.id, run: runId, detail }, 'The agent could not be started.');
      await moveSession(ports, session.id, `run-ended:${runId}`, {
        ...{ kind: 'run-ended', runId, reason, question, spend },
        detail: isStarted ? detail : startMishap(detail, runId),
        summary: summaryOf(judged),
        at: now(),
      });
      return;
    }
    case 'lost':
      if (isStuck(facts) && !(await isLostStill(ports, runId, lookTwiceMs))) return;
      // Nothing of it may be left before another run works in its place.
      if ((await runs.stop(runId, now())) === 'stopping') return;
      ports.log.warn({ session: session.id, run: runId, evidence: judged.evidence }, 'The run is lost.');
      await moveSession(ports, session.id, `run-ended:${runId}`, {
        ...{ kind: 'run-ended', runId, reason: 'lost', detail: judged.evidence, question: null, summary: null },
        spend: judged.spend,
        at: now(),
      });
  }
}

/** Lost with a host that may live, and not told to stop yet. */
function isStuck({ host, isStopRequested }: RunFacts): boolean {
  return (host === 'alive' || host === 'unknown') && !isStopRequested;
}

async function isLostStill({ runs, now }: Ports, runId: RunId, afterMs: number): Promise<boolean> {
  await delay(afterMs);
  return judgeRun(await runs.observe(runId), now()).verdict === 'lost';
}
