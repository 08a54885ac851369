import { dayOf, reserve, settle, type Budgets, type Reserved } from '../domain/budget/budget.ts';
import { mayAdd } from '../domain/budget/who-adds.ts';
import { narrowBudgets } from '../domain/policy/narrow.ts';
import { runIdOf } from '../domain/ids.ts';
import { isOperator } from '../domain/people.ts';
import { spendingOf } from '../domain/session/settlement.ts';
import type { Session } from '../domain/session/session.ts';
import { crashPoint } from '../lib/crash-point.ts';
import type { Spender } from '../store/store.ts';
import { moveSession } from './move-session.ts';
import type { Ports } from './ports.ts';
import { configOf } from './read-repository-config.ts';

const OPEN_READ_MAX = 500; // far more runs than one machine has slots for
const RENEWED_READ_MAX = 200; // sessions in one look; the next look takes the others

/**
 * Counts each ended run with what it used, in place of what was reserved for it. Safe to repeat: a run is settled once, and
 * what is open is found in the store. The sessions at work need not be read again.
 */
export async function settleBudgets(
  { store, runs }: Pick<Ports, 'store' | 'runs'>,
  atWork: readonly Session[] = [],
): Promise<void> {
  const spending = new Set(
    atWork.flatMap(({ runs: all }) => all.filter(({ end }) => end === null).map(({ id }) => id)),
  );
  for (const { runId, sessionId, reservation } of await store.budget.open(OPEN_READ_MAX)) {
    if (spending.has(runId)) continue;
    const session = await store.sessions.get(sessionId).catch(() => 'unreadable' as const);
    if (session === 'unreadable') continue; // what it has reserved stays so; the others go on
    const became = spendingOf(session, runId);
    switch (became.kind) {
      case 'under-way':
        break;
      case 'nothing':
        await store.budget.release(runId);
        break;
      case 'spent':
        crashPoint('budget.settling');
        await store.budget.settle(runId, settle(reservation, became.spend));
        crashPoint('budget.settled');
        break;
      case 'unheard': {
        const { host, isStopRequested, status } = await runs.observe(runId);
        // It was stopped before anybody claimed it, and whoever comes later sees that: no agent of it ever worked.
        if (host === null && isStopRequested) await store.budget.release(runId);
        else await store.budget.settle(runId, settle(reservation, status?.spend ?? null));
        break;
      }
    }
  }
}

/**
 * Reserves what the next run of a queued session may use, with what people added for it. Safe to repeat: the same run gets
 * the same, and each answer adds once.
 */
export async function reserveRun(
  { store, settings, now }: Pick<Ports, 'store' | 'settings' | 'now'>,
  session: Session,
): Promise<Reserved> {
  const { id: sessionId, repositoryId } = session;
  const runId = runIdOf(sessionId, session.runs.length + 1);
  const budgets = narrowBudgets(settings.budgets, await configOf({ store }, repositoryId));
  for (const [cause, grant] of grantsOf(session, budgets)) await store.budget.grant(cause, grant);
  crashPoint('budget.reserving');
  const reserved = await store.budget.reserve({ runId, sessionId, repositoryId, at: now() }, (facts) =>
    reserve(budgets, facts),
  );
  crashPoint('budget.reserved');
  return reserved;
}

type Grant = Parameters<Ports['store']['budget']['grant']>[1];

/** What answers in this session added, and to what: a day's budget is the one of the day of the answer. */
function grantsOf(
  { id, repositoryId, questions }: Session,
  { limits, multipleMax }: Budgets,
): readonly (readonly [cause: string, grant: Grant])[] {
  return questions.flatMap(({ number, budget, answer }) => {
    if (!budget || budget.scope === 'run' || answer?.option !== 0 || !mayAdd(budget, answer.by)) return [];
    const spender: Omit<Spender, 'runId'> = { sessionId: id, repositoryId, at: answer.at };
    const { scope, measure, step } = budget;
    // Several sessions may have asked for the same day: what people add together stays below what one of them may.
    const sumMax = isOperator(answer.by) ? null : limits[scope][measure] * (multipleMax - 1);
    return [[`${id} question ${number}`, { spender, scope, measure, amount: step, sumMax }] as const];
  });
}

/** Sends those back to the queue whose budget is that of a day which is over. Safe to repeat. */
export async function renewBudgets(ports: Pick<Ports, 'store' | 'queue' | 'log' | 'now'>): Promise<void> {
  const at = ports.now();
  for (const { id } of await ports.store.sessions.renewable({ now: at, limit: RENEWED_READ_MAX })) {
    await moveSession(ports, id, `budget-renewed:${dayOf(at)}`, { kind: 'budget-renewed', at });
  }
}
