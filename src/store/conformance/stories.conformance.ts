import { expect } from 'vitest';

import { runIdOf, sessionIdOf, type SessionId } from '../../domain/ids.ts';
import { openSession } from '../../domain/session/open.ts';
import type { RunEndReason } from '../../domain/run/run.ts';
import type { ChangesVerdict, RunOutcome, Session, SessionEvent } from '../../domain/session/session.ts';
import { transition } from '../../domain/session/transition.ts';
import type { Opened, Store } from '../store.ts';

export const repositoryId = 5_000_000_001; // beyond 32 bits, as GitHub's ids will be
export const ada = { id: 11, login: 'ada' };

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event; `at` when it matters. */
export type Happening = DistributedOmit<SessionEvent, 'at'> & { readonly at?: number };

/** The answer of `build`: a session on an issue, queued. */
export function beginning(issueNumber: number, { ordinal = 1, at = 1_000 } = {}): Opened {
  return openSession({
    id: sessionIdOf(repositoryId, issueNumber, ordinal),
    ...{ repositoryId, issueNumber, previousId: null, requestedBy: ada, at },
    title: 'Owls "sleep"; at \u0000 night 🦉',
    conversationId: 'b5f2a1b0-7e0c-4a5e-9f0e-3d1f0a2b4c5d',
  });
}

/** Opens a session on an issue and gives its id. */
export async function open(
  store: Store,
  issueNumber: number,
  { cause = 'delivery:1', at = 1_000 } = {},
): Promise<Session> {
  const issue = { repositoryId, issueNumber };
  const { session } = await store.sessions.open(issue, cause, ({ ordinal }) => beginning(issueNumber, { ordinal, at }));
  return session;
}

/** Lets events happen to a session, each with a cause of its own, and gives the session after them. */
export async function happen(store: Store, id: SessionId, ...events: readonly Happening[]): Promise<Session> {
  for (const { at = 2_000, ...event } of events) {
    const before = await store.sessions.get(id);
    const cause = `test:${before?.version}`;
    const result = await store.sessions.change(id, cause, (session) => transition(session, { ...event, at }));
    expect({ happened: event.kind, outcome: result.outcome }).toEqual({ happened: event.kind, outcome: 'moved' });
  }
  const after = await store.sessions.get(id);
  if (!after) throw new Error(`Session ${id} is gone.`);
  return after;
}

export const head = 'a'.repeat(40);

function ended(id: SessionId, reason: RunEndReason, said: Partial<RunOutcome> = {}): Happening {
  const spend = { agentMs: 60_000, costMicroUsd: 12_500, tokens: null };
  const outcome: RunOutcome = { reason, detail: '', question: null, summary: null, spend, ...said };
  return { kind: 'run-ended', runId: runIdOf(id, 1), ...outcome };
}

function judged(id: SessionId, verdict: ChangesVerdict): Happening {
  return { kind: 'changes-judged', runId: runIdOf(id, 1), verdict };
}

/** The steps of the main story of a session, from its slot to its end, and the ways in which it goes wrong. */
export const steps = {
  slot: { kind: 'slot-granted' },
  launched: (id: SessionId): Happening => ({ kind: 'run-launched', runId: runIdOf(id, 1) }),
  progress: (id: SessionId): Happening => ({ kind: 'run-progressed', runId: runIdOf(id, 1), text: 'Reading\nowls' }),
  lost: (id: SessionId): Happening => ended(id, 'lost', { detail: 'gone' }),
  timedOut: (id: SessionId): Happening => ended(id, 'timed-out', { detail: 'too long' }),
  asked: (id: SessionId): Happening =>
    ended(id, 'asked', { question: { text: 'Which owl?', options: ['barn', 'tawny'] } }),
  answered: { kind: 'answered', number: 1, answer: { text: 'b', option: 1, by: ada, at: 1_500 } },
  finished: (id: SessionId): Happening => ended(id, 'finished', { summary: 'Woke the owls.' }),
  held: (id: SessionId): Happening => judged(id, { kind: 'hold', head, reasons: ['a workflow'] }),
  push: (id: SessionId): Happening => judged(id, { kind: 'push', head }),
  published: (number: number): Happening => ({ kind: 'published', pull: { number, headSha: head } }),
  merged: { kind: 'pull-merged', by: ada },
  stopped: { kind: 'stop-requested', by: ada },
  settled: { kind: 'settled' },
} as const satisfies Readonly<Record<string, Happening | ((at: never) => Happening)>>;

/** From the opening to an open pull request. */
export async function openPull(store: Store, issueNumber: number, pullNumber: number): Promise<Session> {
  const { id } = await open(store, issueNumber);
  const { slot, launched, finished, push, published } = steps;
  return happen(store, id, slot, launched(id), finished(id), push(id), published(pullNumber));
}
