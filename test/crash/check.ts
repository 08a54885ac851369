import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Emulator } from '../../src/emulator/emulator.ts';
import { exec } from '../../src/lib/exec.ts';
import { ownComments } from '../reeve/comments.ts';
import { somebody } from '../reeve/people.ts';
import { PERSON, pullsOf, type Part, type Plot } from './stories.ts';
import type { World } from './world.ts';

/** What a world may break: something accepted is gone, something is there twice, something does not end, a file is broken. */
export type Kind = 'lost' | 'doubled' | 'stuck' | 'corrupt';
export type Violation = { readonly kind: Kind; readonly what: string };

const VERIFY_MS_MAX = 180_000;
const VERIFY_BYTES_MAX = 64 * 1024 * 1024;
const LISTED_MAX = 8; // of one sort; the rest is a number

/** The ids of all deliveries that the home holds; also beside a server. */
export function inboxOf(home: string): ReadonlySet<string> {
  const db = new Database(join(home, 'reeve.db'), { readonly: true, fileMustExist: true });
  try {
    return new Set(db.prepare('select id from deliveries').pluck().all() as string[]);
  } finally {
    db.close();
  }
}

/** What is in the home after the server has ended: read from the file itself, as it would be after a power cut. */
export function checkHome(home: string, accepted: ReadonlySet<string>): Violation[] {
  const db = new Database(join(home, 'reeve.db'), { readonly: true, fileMustExist: true });
  try {
    const broken = db.pragma('integrity_check', { simple: true });
    const keys = db.pragma('foreign_key_check') as unknown[];
    const rows = db.prepare('select id, state from deliveries').all() as { id: string; state: string }[];
    const stateOf = new Map(rows.map(({ id, state }) => [id, state]));
    const gone = [...accepted].filter((id) => !stateOf.has(id));
    const waiting = rows.filter(({ state }) => state !== 'processed' && state !== 'uninteresting');
    return [
      ...(broken === 'ok' ? [] : [{ kind: 'corrupt' as const, what: `integrity_check says ${String(broken)}` }]),
      ...(keys.length === 0 ? [] : [{ kind: 'corrupt' as const, what: `${keys.length} rows point at nothing` }]),
      ...several('lost', gone, 'was answered with 2xx and is not in the inbox'),
      ...several(
        'stuck',
        waiting.map(({ id, state }) => `${id} (${state})`),
        'is a delivery that did not end',
      ),
    ];
  } finally {
    db.close();
  }
}

type Verified = {
  readonly holds: boolean;
  readonly problems: readonly string[];
  readonly effects: { readonly pending: number; readonly sending: number; readonly unknown: number };
  readonly deliveries: { readonly waiting: number };
  readonly sessions: readonly {
    readonly id: string;
    readonly issue: number;
    readonly state: string;
    readonly questions: number;
    readonly isSettled: boolean;
  }[];
};

/**
 * `reeve verify` as an operator runs it; also beside a server. Rejects when it says nothing that can be read. It is waited for
 * without standing still: GitHub lives in this process too.
 */
export async function verifyHome({ home, program }: Pick<World, 'home' | 'program'>): Promise<Verified> {
  const { stdout, stderr } = await exec(process.execPath, [program, 'verify', '--json'], {
    env: { PATH: process.env['PATH'] ?? '', REEVE_HOME: home },
    timeoutMs: VERIFY_MS_MAX,
    outputBytesMax: VERIFY_BYTES_MAX,
  });
  try {
    return JSON.parse(stdout) as Verified;
  } catch {
    throw new Error(`reeve verify said: ${stdout}${stderr}`);
  }
}

/** What `reeve verify` finds wrong, and what is not at its end although all is quiet. */
export function checkVerified({ problems, effects, sessions }: Verified): Violation[] {
  const open = effects.pending + effects.sending + effects.unknown;
  return [
    ...problems.map((what) => ({ kind: 'stuck' as const, what: `reeve verify: ${what}` })),
    ...(open === 0 ? [] : [{ kind: 'stuck' as const, what: `${open} wishes are not done` }]),
    ...sessions
      .filter(({ isSettled }) => !isSettled)
      .map(({ id, state }) => ({ kind: 'stuck' as const, what: `${id} is ${state} and not settled` })),
  ];
}

type Ending = {
  /** What each session may say; which of these it is may depend on who was faster. */
  readonly sessions: readonly (readonly string[])[];
  readonly questions: number;
  readonly merged: boolean;
  readonly label: string;
};
const ended = (state: 'done' | 'stopped', runs: number, questions = 0): string =>
  `${state}, ${runs} runs, ${questions} questions`;
const endings: Readonly<Record<Plot, Ending>> = {
  merged: { sessions: [[ended('done', 1)]], questions: 0, merged: true, label: 'reeve:done' },
  asked: { sessions: [[ended('done', 2, 1)]], questions: 1, merged: true, label: 'reeve:done' },
  'stopped-and-retried': {
    sessions: [[ended('stopped', 0), ended('stopped', 1)], [ended('done', 1)]], // stopped before its agent began, or after
    questions: 0,
    merged: true,
    label: 'reeve:done',
  },
  closed: { sessions: [[ended('stopped', 1)]], questions: 0, merged: false, label: '' },
};

/** Whether GitHub shows the end of the story, and each thing in it once. */
export async function checkPart(emulator: Emulator, part: Part): Promise<Violation[]> {
  const { repo, issue, plot } = part;
  const ending = endings[plot];
  const found: Violation[] = [];
  const differs = (what: string, seen: number, wanted: number): void => {
    if (seen > wanted)
      found.push({ kind: 'doubled', what: `${repo}#${issue} (${plot}) has ${seen} ${what}, not ${wanted}` });
    if (seen < wanted)
      found.push({ kind: 'lost', what: `${repo}#${issue} (${plot}) has ${seen} ${what}, not ${wanted}` });
  };
  const isOff = (what: string): void => void found.push({ kind: 'stuck', what: `${repo}#${issue} (${plot}) ${what}` });
  const { labels, comments, state } = emulator.control.thread(repo, issue);
  const own = ownComments({ comments });
  differs('cards', own.filter(({ kind }) => kind === 'card').length, 1);
  differs('questions', own.filter(({ kind }) => kind === 'question').length, ending.questions);
  differs('other comments', own.filter(({ kind }) => kind !== 'card' && kind !== 'question').length, 0);
  const label = labels.filter((name) => name.startsWith('reeve:')).join();
  if (label !== ending.label) isOff(`is labelled ${label}`);
  if (state !== (ending.merged ? 'closed' : 'open')) isOff(`is ${state}`);
  const unanswered = own.filter(({ kind, body }) => kind === 'question' && !body.includes('Taken as **b**: blue.'));
  if (unanswered.length > 0) isOff('has a question that does not show its answer');
  for (const { author, body, reactions } of comments) {
    if (author === PERSON && reactions.join() !== 'rocket')
      isOff(`has "${body}" with the reactions "${reactions.join()}"`);
  }
  const pulls = await pullsOf(emulator, part);
  differs('pull requests', pulls.length, 1);
  for (const pull of pulls) found.push(...(await checkPull(emulator, part, pull, ending)));
  return found;
}

async function checkPull(
  emulator: Emulator,
  { repo, issue, plot }: Part,
  pull: Awaited<ReturnType<typeof pullsOf>>[number],
  ending: Ending,
): Promise<Violation[]> {
  const name = `${repo}#${issue} (${plot}): its pull request`;
  const found: Violation[] = [];
  if ((pull.merged_at !== null) !== ending.merged) found.push({ kind: 'stuck', what: `${name} is ${pull.state}` });
  const commits = (await somebody(emulator, repo, PERSON).asks(`/pulls/${pull.number}/commits`)) as CommitSeen[];
  for (const { commit } of commits) {
    const trailers = commit.message.match(/^Reeve-Session: .+$/gm) ?? [];
    const isOurs = commit.message.startsWith(`Work on #${issue}\n`) && trailers.length === 1;
    if (!isOurs) found.push({ kind: 'stuck', what: `${name} has a commit that says "${commit.message}"` });
  }
  if (commits.length !== 1) {
    found.push({ kind: commits.length > 1 ? 'doubled' : 'lost', what: `${name} has ${commits.length} commits, not 1` });
  }
  const checks = (emulator.control.checkRuns(repo) as unknown as CheckSeen[]).filter(
    ({ head_sha }) => head_sha === pull.head.sha,
  );
  if (checks.length !== 1) {
    found.push({
      kind: checks.length > 1 ? 'doubled' : 'lost',
      what: `${name} has ${checks.length} check runs, not 1`,
    });
  }
  for (const { status, conclusion } of checks) {
    const isRight = status === 'completed' && conclusion === (ending.merged ? 'success' : 'cancelled');
    if (!isRight) found.push({ kind: 'stuck', what: `${name} has a check run that is ${status}, ${conclusion}` });
  }
  return found;
}

type CommitSeen = { readonly commit: { readonly message: string } };
type CheckSeen = { readonly head_sha: string; readonly status: string; readonly conclusion: string | null };

/** Whether the agents worked exactly as often as the stories need. A run counts when its agent said that it works. */
export function checkSessions({ sessions }: Verified, parts: readonly Part[], home: string): Violation[] {
  const runs = readdirSync(join(home, 'runs')).filter((run) => hasWorked(join(home, 'runs', run, 'transcript.log')));
  return parts.flatMap(({ repo, repositoryId, issue, plot }): Violation[] => {
    const prefix = `${repositoryId}-${issue}-`;
    const seen = sessions
      .filter(({ id }) => id.startsWith(prefix))
      .toSorted((one, other) => one.id.localeCompare(other.id))
      .map(({ id, state, questions }) => {
        const worked = runs.filter((run) => run.startsWith(`${id}-r`)).length;
        return `${state}, ${worked} runs, ${questions} questions`;
      });
    const wanted = endings[plot].sessions;
    if (seen.length === wanted.length && wanted.every((may, index) => may.includes(seen[index] ?? ''))) return [];
    const words = wanted.map((may) => may.join(' or ')).join('; ');
    const kind = seen.join('; ') > words ? 'doubled' : 'stuck';
    return [{ kind, what: `${repo}#${issue} (${plot}) has the sessions "${seen.join('; ')}", not "${words}"` }];
  });
}

/** An agent's first words (fixtures/agents/agent-for-crashes.sh). */
function hasWorked(transcript: string): boolean {
  return existsSync(transcript) && readFileSync(transcript, 'utf8').includes('The agent works.');
}

function several(kind: Kind, names: readonly string[], what: string): Violation[] {
  const listed = names.slice(0, LISTED_MAX).map((name) => ({ kind, what: `${name} ${what}` }));
  const rest = names.length - listed.length;
  return rest > 0 ? [...listed, { kind, what: `${rest} more: ${what}` }] : listed;
}
