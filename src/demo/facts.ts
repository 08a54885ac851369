import { z } from 'zod';

import type { Emulator } from '../emulator/emulator.ts';
import { ASKING, QUICK, repository } from './seed.ts';
import { requestsOfStory } from './story-requests.ts';

/** What the demo prints with `--json`. */
export type DemoFacts = {
  readonly outcome: 'merged' | 'failed';
  /** `scripted` is the demo's own; the others are real programs with a scripted model. */
  readonly agent: string;
  /** Whether the model heard what was said before the question when the answer came; null where no model was asked. */
  readonly remembers: boolean | null;
  readonly sessions: readonly unknown[];
  readonly pulls: readonly { readonly number: number; readonly title: string; readonly state: string }[];
  /** Comments by Reeve, on issues and pull requests. */
  readonly comments: number;
  readonly checkRuns: readonly {
    readonly name: string;
    readonly conclusion: string | null;
    readonly headSha: string;
  }[];
  readonly questions: number;
  readonly restarts: number;
  /** Comments, pull requests or check runs that say the same thing twice. */
  readonly duplicates: number;
  /** Deliveries that Reeve accepted and did not deal with, and wishes of Reeve that never reached GitHub. */
  readonly lost: number;
  readonly requests: {
    readonly total: number;
    /** What the issue with the question cost, from the label to the merge (see story-requests.ts). */
    readonly story: number;
    /** Requests that break GitHub's contract. */
    readonly invalid: number;
  };
  readonly durationMs: number;
};

const counts = z.record(z.string(), z.number());
const verification = z.object({
  deliveries: counts,
  effects: counts,
  sessions: z.array(z.looseObject({ state: z.string(), questions: z.number(), isSettled: z.boolean() })),
});

const checkRuns = z.array(
  z.object({ name: z.string(), conclusion: z.string().nullable(), head_sha: z.string(), external_id: z.string() }),
);
const createdPull = z.object({ head: z.string() });

const repo = `${repository.owner}/${repository.name}`;

/** Counts from both sides: what the emulator saw, and what `reeve verify --json` says of the server's home. */
export function gatherFacts(
  emulator: Emulator,
  {
    verified,
    ...told
  }: Pick<DemoFacts, 'agent' | 'remembers' | 'restarts' | 'durationMs'> & { readonly verified: unknown },
): DemoFacts {
  const home = verification.parse(verified);
  const threads = emulator.control.threads(repo);
  const bot = `${emulator.app.slug}[bot]`;
  const comments = threads.flatMap((thread) => thread.comments.filter(({ author }) => author === bot));
  const pulls = threads.filter(({ isPull }) => isPull);
  const heads = emulator
    .requests()
    .filter(({ method, status, path }) => method === 'POST' && status === 201 && path.endsWith('/pulls'))
    .map(({ body }) => createdPull.parse(body).head);
  const checks = checkRunsOf(emulator);
  const isMerged =
    pulls.length > 0 &&
    pulls.every(({ state }) => state === 'merged') &&
    home.sessions.every(({ state, isSettled }) => state === 'done' && isSettled);
  return {
    outcome: isMerged ? 'merged' : 'failed',
    agent: told.agent,
    remembers: told.remembers,
    sessions: home.sessions,
    pulls: pulls.map(({ number, title, state }) => ({ number, title, state })),
    comments: comments.length,
    checkRuns: checks.map(({ name, conclusion, head_sha: headSha }) => ({ name, conclusion, headSha })),
    questions: home.sessions.reduce((sum, { questions }) => sum + questions, 0),
    restarts: told.restarts,
    duplicates:
      repeated(comments.map(({ body }) => body.split('\n')[0] ?? '')) +
      repeated(heads) +
      repeated(checks.map(({ external_id: session, head_sha: sha }) => `${session} ${sha}`)),
    lost: lostDeliveries(emulator, home.deliveries) + lostWishes(home.effects),
    requests: {
      total: emulator.requests().length,
      story: requestsOfStory(emulator, ASKING, [QUICK, ASKING]),
      invalid: emulator.requests().filter(({ problems }) => problems.length > 0).length,
    },
    durationMs: told.durationMs,
  };
}

/** Every check run of the demo's repository. The id of the session is its `external_id`. */
export function checkRunsOf(emulator: Emulator): z.infer<typeof checkRuns> {
  return checkRuns.parse(emulator.control.checkRuns(repo));
}

function repeated(keys: readonly string[]): number {
  return keys.length - new Set(keys).size;
}

/** What GitHub was told is taken, less what the inbox has dealt with. */
function lostDeliveries(emulator: Emulator, inbox: z.infer<typeof counts>): number {
  const accepted = new Set(emulator.control.deliveries().flatMap((one) => (one.status_code === 202 ? [one.guid] : [])));
  const handled = (inbox['processed'] ?? 0) + (inbox['uninteresting'] ?? 0);
  return Math.max(0, accepted.size - handled);
}

function lostWishes(outbox: z.infer<typeof counts>): number {
  return ['pending', 'sending', 'unknown', 'failed'].reduce((sum, state) => sum + (outbox[state] ?? 0), 0);
}
