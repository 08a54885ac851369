import { describe, expect, test } from 'vitest';

import { runId } from '../ids.ts';
import { exampleRequest } from './example-request.ts';
import type { RunFacts } from './facts.ts';
import { HEARTBEAT_MS_MAX, judgeRun, OVERDUE_MS, START_GRACE_MS } from './judge.ts';
import type { AgentOutput } from './output.ts';
import type { RunEnd, RunRequest, RunStatus } from './run.ts';

const createdAt = 1_000_000;
const host = { pid: 42, startTime: '7', bootId: 'b' };
const request: RunRequest = { ...exampleRequest, createdAt };
const spend = { agentMs: 5, costMicroUsd: null, tokens: null };
const status = (state: RunStatus['state'], end: RunEnd | null = null): RunStatus => ({
  ...{ runId: request.runId, state, host, agent: null, startedAt: createdAt, heartbeatAt: createdAt + 10_000 },
  ...{ outputAt: createdAt, outputBytes: 0, spend, mark: null, memoryMiB: null, processes: null, diskMiB: null, end },
});
const end = (reason: RunEnd['reason']): RunEnd => ({ reason, exitCode: 0, signal: null, detail: 'd', endedAt: 5 });
const facts = (changes: Partial<RunFacts>): RunFacts => ({
  ...{
    request,
    lock: host,
    host: 'alive',
    isOtherBoot: false,
    agent: null,
    status: null,
    outputs: [],
    messages: new Map(),
    isStopRequested: false,
    problems: [],
  },
  ...changes,
});
const unclaimed = { lock: null, host: null } as const;
const broken = { lock: null, host: 'unknown' } as const;
/** Running, and heard of at this moment. */
const beating = (afterMs: number): RunStatus => ({ ...status('running'), heartbeatAt: createdAt + afterMs });
const withAgent: RunStatus = { ...status('running'), agent: { ...host, pid: 43, pgid: 43 } };
const ofStranger: RunStatus = { ...status('ended', end('finished')), host: { ...host, startTime: '8' } };
const ofAnotherRun: RunStatus = { ...status('ended', end('finished')), runId: runId('1-7-1-r9') };
const limitMs = request.limits.wallMs + request.limits.stopGraceMs + OVERDUE_MS;
const ask: AgentOutput = { kind: 'ask', question: 'Which?', options: [] };

describe('a run is', () => {
  test.each<[string, Partial<RunFacts>, number, string]>([
    ['starting until somebody claims it', unclaimed, 0, 'starting'],
    ['starting up to the end of the grace', unclaimed, START_GRACE_MS - 1, 'starting'],
    ['lost when nobody claimed it in time', unclaimed, START_GRACE_MS, 'lost'],
    ['lost when it has no request', { ...unclaimed, request: null }, 0, 'lost'],
    ['starting while its host prepares', {}, 0, 'starting'],
    ['starting with a first status', { status: status('starting') }, 0, 'starting'],
    ['alive', { status: status('running') }, 0, 'alive'],
    ['alive while it stops', { status: status('stopping') }, 0, 'alive'],
    ['unclear when the probe failed, however long ago', { status: status('running'), host: 'unknown' }, 9e9, 'unclear'],
    ['alive when its heart beats late', { status: status('running') }, 9_999 + HEARTBEAT_MS_MAX, 'alive'],
    ['lost when its heart stands still', { status: status('running') }, 10_000 + HEARTBEAT_MS_MAX, 'lost'],
    ['lost when its host never wrote a status', {}, START_GRACE_MS + HEARTBEAT_MS_MAX, 'lost'],
    ['alive up to the end of its time', { status: beating(limitMs) }, limitMs - 1, 'alive'],
    ['lost when its host lets its time pass', { status: beating(limitMs) }, limitMs, 'lost'],
    ['starting when the lock is broken', broken, 0, 'starting'],
    ['lost when the lock stays broken', broken, START_GRACE_MS + HEARTBEAT_MS_MAX, 'lost'],
    ['lost when nothing of it can be read', { ...broken, request: null }, 0, 'lost'],
    [
      'lost when the machine was started anew',
      { status: status('running'), host: 'dead', isOtherBoot: true },
      0,
      'lost',
    ],
    ['lost when its agent is gone and it does not say how', { status: withAgent, agent: 'dead' }, 0, 'lost'],
    ['alive when nobody could see its agent', { status: withAgent, agent: 'unknown' }, 0, 'alive'],
    ['lost when the end is of another host', { status: ofStranger, host: 'dead' }, 0, 'lost'],
    ['lost when the end is of another run', { status: ofAnotherRun, host: 'dead' }, 0, 'lost'],
    ['lost when its host is dead', { status: status('running'), host: 'dead' }, 0, 'lost'],
    ['lost when its host died before a status', { host: 'dead' }, 0, 'lost'],
    ['ended when the host said so', { status: status('ended', end('finished')) }, 0, 'ended'],
    ['ended although the host is gone', { status: status('ended', end('finished')), host: 'dead' }, 0, 'ended'],
    [
      'ended although nothing else can be read',
      { ...unclaimed, request: null, status: status('ended', end('silent')) },
      0,
      'ended',
    ],
  ])('%s', (_, changes, afterMs, verdict) => {
    expect(judgeRun(facts(changes), createdAt + afterMs).verdict).toBe(verdict);
  });
});

test('an end carries what the agent said and used', () => {
  const verdict = judgeRun(facts({ status: status('ended', end('asked')), outputs: [ask] }), 0);
  expect(verdict).toMatchObject({ end: end('asked'), question: { text: 'Which?', options: [] }, spend });
});

test.each(['crashed', 'stopped', 'timed-out', 'finished'] as const)('a run that ended %s asks nothing', (reason) => {
  expect(judgeRun(facts({ status: status('ended', end(reason)), outputs: [ask] }), 0)).toMatchObject({
    question: null,
  });
});

test('a lost run says by which evidence', () => {
  const died = judgeRun(facts({ status: status('running'), host: 'dead' }), createdAt + 40_000);
  expect(died).toMatchObject({
    evidence: 'Its run host (pid 42) is gone and left no end; it was running and last seen 30 s ago.',
  });
  expect(judgeRun(facts(unclaimed), createdAt + 60_000)).toMatchObject({
    evidence: 'No run host claimed it within 60 s.',
  });
  expect(judgeRun(facts({ ...unclaimed, request: null, problems: ['request.json is not JSON.'] }), 0)).toMatchObject({
    evidence: 'request.json is not JSON.',
  });
});

test('a lost run keeps what it had asked', () => {
  const judged = judgeRun(facts({ status: status('running'), host: 'dead', outputs: [ask] }), createdAt);
  expect(judged).toMatchObject({ verdict: 'lost', question: { text: 'Which?', options: [] } });
});

test('the fingerprint says the same while nothing changes, whatever the time', () => {
  const look = (afterMs: number, changes: Partial<RunFacts> = {}): unknown =>
    judgeRun(facts({ status: status('running'), host: 'dead', ...changes }), createdAt + afterMs);
  const first = look(200_000);
  const print = expect.stringMatching(
    /^host-gone · host 42 dead · agent none · status running · heard long ago$/,
  ) as string;
  expect(first).toMatchObject({ sign: 'host-gone', fingerprint: print });
  expect(look(250_000)).toMatchObject({ fingerprint: print });
  expect(look(20_000)).not.toMatchObject({ fingerprint: print });
  expect(look(250_000, { agent: 'alive' })).not.toMatchObject({ fingerprint: print });
});
