import { runIdOf, type RunId } from '../ids.ts';
import type { Spend } from '../run/run.ts';
import { isFinal, type RunRecordEnd, type Session } from './session.ts';

/** What became of a run for which something was reserved. */
export type RunSpending =
  /** It may still spend. */
  | { readonly kind: 'under-way' }
  /** No agent worked: what was reserved is free again. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'spent'; readonly spend: Spend }
  /** It has ended, and its session never heard what it used: its run directory may know. */
  | { readonly kind: 'unheard' };

/** `session` is the one that the run belongs to; null when there is none. */
export function spendingOf(session: Session | null, runId: RunId): RunSpending {
  if (!session) return { kind: 'nothing' };
  const run = session.runs.find(({ id }) => id === runId);
  if (!run) {
    // Reserved, and the slot that goes with it is yet to be granted.
    const isNext = session.state === 'queued' && runIdOf(session.id, session.runs.length + 1) === runId;
    return { kind: isNext ? 'under-way' : 'nothing' };
  }
  const { end, startedAt } = run;
  if (end === null) return { kind: 'under-way' };
  if (withoutAgent.includes(end.reason) || isRefused(end)) return { kind: 'nothing' };
  if (end.spend) {
    // The host of a lost run told how long its agent had worked when it was last seen; it may have gone on.
    const agentMs = end.reason === 'lost' ? Math.max(end.spend.agentMs, end.at - startedAt) : end.spend.agentMs;
    return { kind: 'spent', spend: { ...end.spend, agentMs } };
  }
  return { kind: isFinal(session) && !session.isSettled ? 'under-way' : 'unheard' };
}

const withoutAgent: readonly string[] = [
  'launch-failed',
  'withheld',
  'not-started',
  'setup-failed',
] satisfies EndReason[];
const byModel: readonly string[] = [
  ...(['rate-limited', 'model-failed', 'out-of-credit', 'not-authenticated'] as const),
] satisfies EndReason[];
const REFUSED_MS_MAX = 60_000; // an agent that its model refuses says so within seconds; one that worked longer may have used something

/** Its model refused it before anything was used: to wait for that is no run, or a day of waiting would eat the budget of the work. */
function isRefused({ reason, spend }: RunRecordEnd): boolean {
  if (!byModel.includes(reason) || !spend) return false;
  return (spend.costMicroUsd ?? 0) === 0 && (spend.tokens ?? 0) === 0 && spend.agentMs <= REFUSED_MS_MAX;
}

type EndReason = RunRecordEnd['reason'];
