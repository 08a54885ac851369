import { runIdOf, sessionIdOf } from '../src/domain/ids.ts';
import { openSession } from '../src/domain/session/open.ts';
import type { Session, SessionEvent } from '../src/domain/session/session.ts';
import { transition } from '../src/domain/session/transition.ts';

/** Friday morning, 2026-11-20 09:12 UTC: when the stories of these tests begin. */
export const START = Date.UTC(2026, 10, 20, 9, 12);
const MINUTE_MS = 60_000;

export const mona = { id: 11, login: 'mona' };
export const hubot = { id: 12, login: 'hubot-9' };

export type Told<Event> = Event extends SessionEvent ? Omit<Event, 'at'> : never;

/** A session that went through the events, one a minute, as the product itself would have moved it. Throws if it ignores one. */
export function story(...events: readonly Told<SessionEvent>[]): Session {
  let { session } = openSession({
    id: sessionIdOf(5, 7, 1),
    repositoryId: 5,
    issueNumber: 7,
    title: 'Totals are rounded too early',
    previousId: null,
    requestedBy: mona,
    conversationId: '6f1c2a9e-1f5e-4c7b-9a54-3f5d1c1f0001',
    at: START,
  });
  events.forEach((event, index) => {
    const moved = transition(session, { ...event, at: START + (index + 1) * MINUTE_MS } as SessionEvent);
    if (moved.outcome !== 'moved') throw new Error(`${session.state} ignored ${event.kind}`);
    session = moved.session;
  });
  return session;
}

const run = (attempt: number) => runIdOf(sessionIdOf(5, 7, 1), attempt);
const spend = { agentMs: 45_000, costMicroUsd: 420_000, tokens: 12_345 };
const none = { question: null, summary: null, detail: '', spend };

export const granted = { kind: 'slot-granted' } as const;
export const launched = (attempt = 1) => ({ kind: 'run-launched', runId: run(attempt) }) as const;
export const progressed = (text: string, attempt = 1) =>
  ({ kind: 'run-progressed', runId: run(attempt), text }) as const;
export const asked = (text: string, options: readonly string[] = [], attempt = 1) =>
  ({ kind: 'run-ended', runId: run(attempt), ...none, reason: 'asked', question: { text, options } }) as const;
export const finished = (summary: string | null, attempt = 1) =>
  ({ kind: 'run-ended', runId: run(attempt), ...none, reason: 'finished', summary }) as const;
export const broke = (
  reason: 'crashed' | 'timed-out' | 'lost' | 'forged-marker' | 'setup-failed',
  detail: string,
  attempt = 1,
) => ({ kind: 'run-ended', runId: run(attempt), ...none, reason, detail }) as const;
export const answered = (text: string, option: number | null, number = 1) =>
  ({ kind: 'answered', number, answer: { text, option, by: mona, at: START + 4 * MINUTE_MS } }) as const;
export const HEAD = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001122334';
export const judged = (attempt = 1, head = HEAD) =>
  ({ kind: 'changes-judged', runId: run(attempt), verdict: { kind: 'push', head } }) as const;
export const held = (reasons: readonly string[], attempt = 1) =>
  ({ kind: 'changes-judged', runId: run(attempt), verdict: { kind: 'hold', head: HEAD, reasons } }) as const;
export const published = (headSha = HEAD) => ({ kind: 'published', pull: { number: 9, headSha } }) as const;

/** From the label to an open pull request, with one question on the way. */
export const toReview = [
  granted,
  launched(),
  asked('Which rounding?', ['Half up', 'Half even']),
  answered('b', 1),
  granted,
  launched(2),
  finished('Rounds once, at the end.', 2),
  judged(2),
  published(),
] as const;
