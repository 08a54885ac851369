import type { RunFacts } from './facts.ts';
import { reportOf, spendOf, type RunReport } from './report.ts';
import type { RunEnd, Spend } from './run.ts';

export const START_GRACE_MS = 60_000; // a busy machine may take long to start a program; a wrong "lost" costs a whole run

export type RunVerdict =
  | { readonly verdict: 'starting' }
  | { readonly verdict: 'alive' }
  /** `question` is null unless the run ended because it asked. */
  | ({ readonly verdict: 'ended'; readonly end: RunEnd; readonly spend: Spend } & RunReport)
  /** Stop the run until it is verified ended before anything else works for its session. */
  | ({ readonly verdict: 'lost'; readonly evidence: string; readonly spend: Spend } & RunReport);

/** What a run is, from what was seen. What the host wrote outranks what a probe says, and a failed probe is never death. */
export function judgeRun(facts: RunFacts, now: number): RunVerdict {
  const { status, request, host } = facts;
  const report = reportOf(facts.outputs);
  if (status?.end) {
    const question = status.end.reason === 'asked' ? report.question : null;
    return { verdict: 'ended', end: status.end, spend: status.spend, ...report, question };
  }
  const lost = (evidence: string): RunVerdict => ({
    verdict: 'lost',
    evidence,
    spend: status?.spend ?? spendOf(facts.outputs, 0),
    ...report,
    question: null,
  });
  switch (host) {
    case 'alive':
    case 'unknown':
      return { verdict: status === null || status.state === 'starting' ? 'starting' : 'alive' };
    case 'dead':
      return lost(
        `Its run host (pid ${facts.lock?.pid ?? 'unknown'}) is gone and left no end` +
          (status ? `; it was ${status.state} and last seen ${secondsBetween(status.heartbeatAt, now)} s ago.` : '.'),
      );
    case null:
      if (request === null) return lost(facts.problems[0] ?? 'Its directory holds no request.');
      if (now < request.createdAt + START_GRACE_MS) return { verdict: 'starting' };
      return lost(`No run host claimed it within ${START_GRACE_MS / 1000} s.`);
  }
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}
