import type { RunFacts } from './facts.ts';
import { reportOf, spendOf, type RunReport } from './report.ts';
import type { RunEnd, RunStatus, Spend } from './run.ts';
import type { Sign } from './signs.ts';

export const START_GRACE_MS = 60_000; // a busy machine may take long to start a program; a wrong "lost" costs a whole run
export const HEARTBEAT_MS_MAX = 5 * 60_000; // the host's heart beats every 2 s; a machine that swaps may hold it up for a while
export const OVERDUE_MS = 15 * 60_000; // beyond the limits of the run: killing, committing and noting the end on a slow disk
const RECENT_MS = 60_000; // what was heard of within a minute may be a moment away from being heard of again

/** What speaks against a run. The fingerprint is the evidence without its instants: the same while nothing has changed. */
export type Doubt = { readonly sign: Sign; readonly fingerprint: string; readonly evidence: string };

export type RunVerdict =
  | { readonly verdict: 'starting' }
  | { readonly verdict: 'alive' }
  /** Something is odd, and is no reason to end it. */
  | ({ readonly verdict: 'unclear' } & Doubt)
  /** `question` is null unless the run ended because it asked. */
  | ({ readonly verdict: 'ended'; readonly end: RunEnd; readonly spend: Spend } & RunReport)
  /** It looks lost in this one look: `suspect` says when that is to be believed. A question that it asked stays asked. */
  | ({ readonly verdict: 'lost'; readonly spend: Spend } & Doubt & RunReport);

/**
 * What a run looks like in one look (the table of docs/judging.md). What the host wrote outranks what a probe says, and
 * a probe that failed is never death.
 */
export function judgeRun(facts: RunFacts, now: number): RunVerdict {
  const { status } = facts;
  const report = reportOf(facts.outputs);
  if (status?.end && isOfThisRun(facts, status)) {
    const question = status.end.reason === 'asked' ? report.question : null;
    return { verdict: 'ended', end: status.end, spend: status.spend, ...report, question };
  }
  const found = whatIsOdd(facts, now);
  if (found === null) {
    const isStarting = facts.host === null || status === null || status.state === 'starting';
    return { verdict: isStarting ? 'starting' : 'alive' };
  }
  const doubt: Doubt = { ...found, fingerprint: fingerprintOf(found.sign, facts, now) };
  if (found.sign === 'probe-failed') return { verdict: 'unclear', ...doubt };
  return { verdict: 'lost', spend: status?.spend ?? spendOf(facts.outputs, 0), ...report, ...doubt };
}

/** An end counts only from the host that claimed this run, for this run: a file alone proves nothing. */
function isOfThisRun({ request, lock }: RunFacts, status: RunStatus): boolean {
  const isItsRun = request === null || status.runId === request.runId;
  const { host } = status;
  const isItsHost =
    lock === null || (lock.pid === host.pid && lock.startTime === host.startTime && lock.bootId === host.bootId);
  return isItsRun && isItsHost;
}

type Odd = { readonly sign: Sign; readonly evidence: string };

function whatIsOdd(facts: RunFacts, now: number): Odd | null {
  switch (facts.host) {
    case null:
      return whyUnclaimed(facts, now);
    case 'dead':
      return whyGone(facts, now);
    case 'alive':
      return whyStuck(facts, now) ?? whyWithoutAgent(facts);
    case 'unknown': {
      if (facts.lock === null) return whyStuck(facts, now);
      const evidence = `Whether its run host (pid ${facts.lock.pid}) lives could not be seen.`;
      return { sign: 'probe-failed', evidence };
    }
  }
}

function whyUnclaimed({ request, problems }: RunFacts, now: number): Odd | null {
  if (request === null) return { sign: 'unreadable', evidence: problems[0] ?? 'Its directory holds no request.' };
  if (now < request.createdAt + START_GRACE_MS) return null;
  return { sign: 'unclaimed', evidence: `No run host claimed it within ${START_GRACE_MS / 1000} s.` };
}

function whyGone({ lock, status, isOtherBoot }: RunFacts, now: number): Odd {
  const state = status
    ? `; it was ${status.state} and last seen ${secondsBetween(status.heartbeatAt, now)} s ago.`
    : '.';
  const name = `Its run host (pid ${lock?.pid ?? 'unknown'})`;
  return isOtherBoot
    ? {
        sign: 'other-boot',
        evidence: `${name} ended with the machine, which was started anew, and left no end${state}`,
      }
    : { sign: 'host-gone', evidence: `${name} is gone and left no end${state}` };
}

/** A host that is there and does nothing is as good as dead. */
function whyStuck({ lock, status, request, problems }: RunFacts, now: number): Odd | null {
  const name = lock === null ? 'Its run host, whose lock is broken,' : `Its run host (pid ${lock.pid})`;
  const seenAt = status?.heartbeatAt ?? (request === null ? null : request.createdAt + START_GRACE_MS);
  if (seenAt === null) {
    return lock === null ? { sign: 'unreadable', evidence: problems[0] ?? 'Its directory cannot be read.' } : null;
  }
  if (now >= seenAt + HEARTBEAT_MS_MAX) {
    return { sign: 'silent', evidence: `${name} gave no sign of life for ${secondsBetween(seenAt, now)} s.` };
  }
  if (status === null || request === null) return null;
  const { wallMs, stopGraceMs } = request.limits;
  if (now < status.startedAt + wallMs + stopGraceMs + OVERDUE_MS) return null;
  const afterS = secondsBetween(status.startedAt, now);
  return { sign: 'overdue', evidence: `${name} did not end it ${afterS} s after its start, far beyond its limit.` };
}

/** After the agent its host still kills what is left, commits and writes the end. That takes a moment, not minutes. */
function whyWithoutAgent({ agent, status, lock }: RunFacts): Odd | null {
  if (agent !== 'dead' || status === null || status.agent === null) return null;
  const evidence = `Its agent (pid ${status.agent.pid}) has ended, and its run host (pid ${lock?.pid ?? 'unknown'}) does not say how.`;
  return { sign: 'agent-gone', evidence };
}

function fingerprintOf(sign: Sign, { host, agent, status, lock }: RunFacts, now: number): string {
  const isRecent = status !== null && now < status.heartbeatAt + RECENT_MS;
  const heard = status === null ? 'never' : isRecent ? 'recently' : 'long ago';
  return [
    ...[sign, `host ${lock?.pid ?? '?'} ${host ?? 'none'}`, `agent ${agent ?? 'none'}`],
    ...[`status ${status?.state ?? 'none'}`, `heard ${heard}`],
  ].join(' · ');
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}
