import type { RunFacts } from './facts.ts';
import { reportOf, spendOf, type RunReport } from './report.ts';
import type { RunEnd, Spend } from './run.ts';

export const START_GRACE_MS = 60_000; // a busy machine may take long to start a program; a wrong "lost" costs a whole run
export const HEARTBEAT_MS_MAX = 5 * 60_000; // the host's heart beats every 2 s; a machine that swaps may hold it up for a while
export const OVERDUE_MS = 15 * 60_000; // beyond the limits of the run: killing, committing and noting the end on a slow disk

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
    case 'unknown': {
      const evidence = whyStuck(facts, now);
      if (evidence !== null) return lost(evidence);
      return { verdict: status === null || status.state === 'starting' ? 'starting' : 'alive' };
    }
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

/** A host that is there and does nothing is as good as dead. That a look at it failed says nothing. */
function whyStuck({ lock, host, status, request, problems }: RunFacts, now: number): string | null {
  if (host === 'unknown' && lock !== null) return null;
  const name = lock === null ? 'Its run host, whose lock is broken,' : `Its run host (pid ${lock.pid})`;
  const seenAt = status?.heartbeatAt ?? (request === null ? null : request.createdAt + START_GRACE_MS);
  if (seenAt === null) return lock === null ? (problems[0] ?? 'Its directory cannot be read.') : null;
  if (now >= seenAt + HEARTBEAT_MS_MAX) return `${name} gave no sign of life for ${secondsBetween(seenAt, now)} s.`;
  if (status === null || request === null) return null;
  const { wallMs, stopGraceMs } = request.limits;
  return now >= status.startedAt + wallMs + stopGraceMs + OVERDUE_MS
    ? `${name} did not end it ${secondsBetween(status.startedAt, now)} s after its start, far beyond its limit.`
    : null;
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}
