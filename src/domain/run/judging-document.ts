import { exampleRequest } from './example-request.ts';
import type { Liveness, RunFacts } from './facts.ts';
import { HEARTBEAT_MS_MAX, judgeRun, OVERDUE_MS, START_GRACE_MS, type RunVerdict } from './judge.ts';
import { MASS_HOLD_MS, MASS_RUNS_MIN, MASS_WINDOW_MS } from './mass-death.ts';
import type { RunEnd, RunRequest, RunStatus } from './run.ts';
import { FINISHING_MS, signRules, type Sign } from './signs.ts';
import { LOOK_GAP_MS_MIN, LOOKS_MIN, SUSPICION_MS_MAX } from './suspicion.ts';
import { runId } from '../ids.ts';

const MINUTE_MS = 60_000;
const now = 100 * 24 * 60 * MINUTE_MS;
const host = { pid: 42, startTime: '7', bootId: 'b' };
const minutes = (ms: number): string => `${ms / MINUTE_MS} minutes`;

/** `docs/judging.md`, made from what the judge does with one example of each row. */
export function judgingDocument(): string {
  return [
    '# How a run is judged',
    '',
    'Made from `src/domain/run` by `npm run docs`; a test compares the two. Do not edit it by hand.',
    '',
    'A run is looked at every few seconds, from its directory and from the process table. One look is a row of this table; the',
    'first row that fits counts. A process is known by its pid, its start time and the boot of its machine, so a pid that is',
    'used again is never taken for it, and whose process it is does not matter. A probe that failed is never death.',
    '',
    '| Run host | Agent | What its files say | One look says |',
    '| --- | --- | --- | --- |',
    ...rows().map((row) => `| ${row.join(' | ')} |`),
    '',
    '## Signs, and when they are believed',
    '',
    '| Sign | Means | Believed after | Spared when many at once | A new heartbeat refutes it |',
    '| --- | --- | --- | --- | --- |',
    ...Object.keys(signRules).map((sign) => `| \`${sign}\` | ${rowOf(signRules[sign as Sign])} |`),
    '',
    `- **Nothing is ended because of one look.** A sign is believed after ${LOOKS_MIN} looks in a row with the same evidence, each at least`,
    `  ${LOOK_GAP_MS_MIN / 1000} s after the one before, or when the newest evidence was seen twice and the doubt is ${minutes(SUSPICION_MS_MAX)} old. Evidence that`,
    '  changes begins the count anew, and leaves the clock alone. Proof of life takes the suspicion back.',
    '- **It has time to finish.** An agent that has just ended is no oddity: its host kills what is left, commits and writes the',
    `  end. \`agent-gone\` is told only once that has lasted ${FINISHING_MS / 1000} s.`,
    `- **It has time to start.** Nobody misses the host of a run that was launched less than ${START_GRACE_MS / 1000} s ago.`,
    '- **An explicit report outranks all of this**: the end in `status.json`, from the very host that claimed the run. It counts',
    '  also when it comes while a run that was judged lost is being stopped. What the agent had asked by then is asked.',
    '- **Success is never inferred.** A run without an end is lost, however good its files look; the next run goes on in its',
    '  workspace and its conversation.',
    `- **Many deaths at once are doubted.** When at least ${MASS_RUNS_MIN} runs, and more than half of those at work, begin to look dead within`,
    `  ${MASS_WINDOW_MS / 1000} s, none of them is ended. The log says so once as an error, and \`/readyz\` and \`reeve status\` while it lasts. ${minutes(MASS_HOLD_MS)} after`,
    '  its first odd look each is judged as it looks then. A machine that was started anew is no such case: nothing outlives that.',
    '- **It is all stored** before anything follows from it: what the looks have come to, and each judgement with its evidence. A',
    '  restart of the server neither forgets a count nor begins one anew, and a server that lost its lease can judge nothing.',
    '',
    '## What follows',
    '',
    'A run that is judged lost is stopped: asked, then killed with all its processes, until none is left. Then its session is told,',
    'and what happens next is in [session-states.md](session-states.md).',
    '',
  ].join('\n');
}

function rowOf({ believed, isMassable, isRefutedByBeat, means }: (typeof signRules)[Sign]): string {
  const after = {
    looks: `${LOOKS_MIN} looks, or ${minutes(SUSPICION_MS_MAX)}`,
    time: minutes(SUSPICION_MS_MAX),
    never: 'never',
  };
  return [means, after[believed], isMassable ? 'yes' : 'no', isRefutedByBeat ? 'yes' : 'no'].join(' | ');
}

type Example = readonly [host: string, agent: string, files: string, facts: Partial<RunFacts>];

function rows(): readonly (readonly string[])[] {
  const examples: readonly Example[] = [
    ['any', 'any', 'an end, by the host that claimed it', { host: 'dead', status: status('ended', { end }) }],
    ['none', 'none', 'a request, just now', { ...unclaimed, request: requestAt(now) }],
    ['none', 'none', `a request, ${START_GRACE_MS / 1000} s old`, unclaimed],
    ['none', 'none', 'no request that can be read', { ...unclaimed, request: null }],
    ['of another boot', 'any', 'no end', { host: 'dead', isOtherBoot: true, agent: 'dead' }],
    ['dead', 'alive, dead or unknown', 'no end', { host: 'dead', agent: 'alive' }],
    ['alive', 'alive or unknown', 'a heartbeat', { agent: 'alive' }],
    ['alive', 'none yet', 'starting', { agent: null, status: status('starting') }],
    ['alive', 'dead', 'a heartbeat, no end', { agent: 'dead' }],
    [
      'alive',
      'any',
      `no heartbeat for ${minutes(HEARTBEAT_MS_MAX)}`,
      { status: status('running', { heartbeatAt: now - HEARTBEAT_MS_MAX }) },
    ],
    [
      'alive',
      'any',
      `${minutes(OVERDUE_MS)} beyond its time limit`,
      { status: status('running', { startedAt: now - OVERDUE_MS - 2 }) },
    ],
    ['could not be seen', 'any', 'no end', { host: 'unknown', agent: 'unknown' }],
  ];
  return examples.map(([of, agent, files, facts]) => [of, agent, files, said(judgeRun(factsOf(facts), now))]);
}

function said(judged: RunVerdict): string {
  switch (judged.verdict) {
    case 'starting':
    case 'alive':
      return judged.verdict;
    case 'ended':
      return 'ended, as it says';
    case 'unclear':
    case 'lost':
      return `${judged.verdict === 'lost' ? 'looks lost' : 'unclear'}: \`${judged.sign}\``;
  }
}

const end: RunEnd = { reason: 'finished', exitCode: 0, signal: null, detail: '', endedAt: now };
const unclaimed = { lock: null, host: null, agent: null, status: null } as const;

function factsOf(changes: Partial<RunFacts>): RunFacts {
  const alive: Liveness = 'alive';
  return {
    ...{ request: requestAt(now - START_GRACE_MS), lock: host, host: alive, isOtherBoot: false, agent: null },
    ...{ status: status('running'), outputs: [], messages: new Map(), isStopRequested: false, problems: [] },
    ...changes,
  };
}

function status(state: RunStatus['state'], changes: Partial<RunStatus> = {}): RunStatus {
  return {
    ...{
      runId: runId('1-7-1-r1'),
      state,
      host,
      agent: { ...host, pid: 43, pgid: 43 },
      startedAt: now - 1,
      heartbeatAt: now,
    },
    ...{ outputAt: now, outputBytes: 0, spend: { agentMs: 0, costMicroUsd: null, tokens: null }, end: null },
    ...{ mark: null, memoryMiB: null, processes: null, diskMiB: null },
    ...changes,
  };
}

function requestAt(createdAt: number): RunRequest {
  return { ...exampleRequest, createdAt };
}
