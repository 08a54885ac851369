import { judgeRun } from '../domain/run/judge.ts';
import type { Session } from '../domain/session/session.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';

/** Looks at a live run and tells its session what it sees: progress, an end, or that it is lost. Safe to repeat. */
export async function watchRun(ports: Ports, session: Extract<Session, { state: 'working' }>): Promise<void> {
  const { runs, now } = ports;
  const { runId } = session;
  const judged = judgeRun(await runs.observe(runId), now());
  switch (judged.verdict) {
    case 'starting':
      return;
    case 'alive':
      if (judged.progress === null || judged.progress === session.progress) return;
      await moveSession(ports, session.id, `progress:v${session.version}`, {
        kind: 'run-progressed',
        runId,
        text: judged.progress,
        at: now(),
      });
      return;
    case 'ended': {
      const { reason, detail } = judged.end;
      const { question, summary, spend } = judged;
      await moveSession(ports, session.id, `run-ended:${runId}`, {
        ...{ kind: 'run-ended', runId, reason, detail, question, summary, spend },
        at: now(),
      });
      return;
    }
    case 'lost':
      ports.log.warn({ session: session.id, run: runId, evidence: judged.evidence }, 'The run is lost.');
      await moveSession(ports, session.id, `run-ended:${runId}`, {
        ...{ kind: 'run-ended', runId, reason: 'lost', detail: judged.evidence, question: null, summary: null },
        spend: { agentMs: 0, costMicroUsd: null, tokens: null },
        at: now(),
      });
  }
}
