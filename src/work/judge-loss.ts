import type { Doubt } from '../domain/run/judge.ts';
import { isMassDeath } from '../domain/run/mass-death.ts';
import { isBelievable, isNews, isOdd, suspect, type Suspicion } from '../domain/run/suspicion.ts';
import { judgeRun } from '../domain/run/judge.ts';
import type { RunId } from '../domain/ids.ts';
import type { Session } from '../domain/session/session.ts';
import type { Ports } from './ports.ts';

const AT_WORK_MAX = 1_000; // sessions of which one is asked whether they look dead too; more than a machine runs

type Working = Extract<Session, { state: 'working' }>;
type Look = { readonly doubt: Doubt; readonly heartbeatAt: number | null };

/**
 * Weighs one more look in which a run looked odd: `believed` once the same was seen often enough, and not of too many at
 * once. What was seen is stored before anything follows from it. Safe to repeat: a look that comes too soon changes nothing.
 */
export async function judgeLoss(
  ports: Ports,
  session: Working,
  { doubt, heartbeatAt }: Look,
): Promise<'believed' | 'suspected'> {
  const { store, now, log } = ports;
  const { id: sessionId, runId } = session;
  const stored = await store.judgements.suspicion(sessionId);
  const before = stored?.runId === runId ? stored : null;
  if (before?.isBelieved) return 'believed';
  const at = now();
  const seen = suspect(before, { runId, sessionId, doubt, heartbeatAt, now: at });
  const note = (suspicion: Suspicion, kind: 'suspected' | 'spared' | 'lost'): Promise<readonly Suspicion[]> =>
    store.judgements.note(sessionId, { suspicion, judgement: { runId, kind, evidence: seen.evidence, at } });
  if (!isBelievable(seen)) {
    if (isNews(before, seen)) {
      log.info({ session: sessionId, run: runId, sign: seen.sign, evidence: seen.evidence }, 'A run looks odd.');
      await note(seen, 'suspected');
    } else if (seen !== before) await store.judgements.note(sessionId, { suspicion: seen, judgement: null });
    return 'suspected';
  }
  if (await isOneOfMany(ports, seen)) {
    if (seen.heldAt !== null) return 'suspected';
    const all = await note({ ...seen, heldAt: at }, 'spared');
    // Who notes it first says it, once for all: the store lets one note after the other.
    if (all.filter(({ heldAt }) => heldAt !== null).length === 1) {
      log.error(
        { session: sessionId, run: runId, evidence: seen.evidence },
        'Many runs look dead at once. None of them is ended for five minutes after its first odd look; then each is judged as it looks.',
      );
    }
    return 'suspected';
  }
  await note({ ...seen, isBelieved: true }, 'lost');
  log.warn({ session: sessionId, run: runId, sign: seen.sign, evidence: seen.evidence }, 'The run is lost.');
  return 'believed';
}

/** Proof of life: what was suspected, and did not lead to anything yet, is taken back. */
export async function clearSuspicion({ store, now, log }: Ports, { id, runId }: Working): Promise<void> {
  const stored = await store.judgements.suspicion(id);
  if (stored === null) return;
  const evidence = 'It shows signs of life again.';
  const wasTold = stored.runId === runId && isOdd(stored);
  const judgement = wasTold ? ({ runId, kind: 'recovered', evidence, at: now() } as const) : null;
  await store.judgements.note(id, { suspicion: null, judgement });
  if (judgement) log.info({ session: id, run: runId, suspected: stored.evidence }, 'A run shows signs of life again.');
}

async function isOneOfMany(ports: Ports, one: Suspicion): Promise<boolean> {
  const { store, now } = ports;
  const atWork = await store.sessions.inStates(['working'], AT_WORK_MAX);
  const current = new Set<RunId>(atWork.flatMap((session) => (session.state === 'working' ? [session.runId] : [])));
  const known = (await store.judgements.suspicions()).filter(({ runId }) => current.has(runId));
  const facts = { atWork: atWork.length, now: now() };
  if (isMassDeath(one, { others: known, ...facts })) return true;
  // Those that nobody has looked at since it happened may have died of the same.
  const unseen = atWork.filter(({ id }) => !known.some(({ sessionId }) => sessionId === id));
  if (!isMassDeath(one, { others: [...known, ...unseen.map(likeIt(one))], ...facts })) return false;
  const looks = await Promise.all(unseen.map((session) => lookAt(ports, session, one)));
  return isMassDeath(one, { others: [...known, ...looks.flat()], ...facts });
}

/** As if each of the others had died, too: if not even that made many, nobody need look. */
function likeIt(one: Suspicion): (session: Session) => Suspicion {
  return (session) => ({ ...one, sessionId: session.id, runId: runIdIn(session) ?? one.runId });
}

async function lookAt({ runs, now }: Ports, session: Session, one: Suspicion): Promise<Suspicion[]> {
  const runId = runIdIn(session);
  if (runId === null) return [];
  const judged = judgeRun(await runs.observe(runId), now());
  if (judged.verdict !== 'lost') return [];
  const { sign, fingerprint, evidence } = judged;
  return [{ ...one, sessionId: session.id, runId, sign, fingerprint, evidence }];
}

function runIdIn(session: Session): RunId | null {
  return session.state === 'working' ? session.runId : null;
}
