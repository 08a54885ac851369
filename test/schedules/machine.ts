import type { RunFacts } from '../../src/domain/run/facts.ts';
import type { MessageOutcome, RunMessage } from '../../src/domain/run/message.ts';
import type { RunOutput } from '../../src/domain/run/output.ts';
import type { RunEndReason, RunRequest } from '../../src/domain/run/run.ts';
import type { RunId, SessionId } from '../../src/domain/ids.ts';
import type { Leaving } from '../../src/runs/run-directory/messages.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a run left: nothing, something that may be pushed, or something that a person must see first. */
export type Work = 'nothing' | 'plain' | 'held';

export type Run = {
  readonly id: RunId;
  readonly request: RunRequest;
  /** `dead`: its host is gone and left no end. */
  phase: 'starting' | 'running' | 'ended' | 'dead';
  reason: RunEndReason;
  readonly outputs: RunOutput[];
  readonly messages: Map<string, MessageOutcome>;
  work: Work;
};

/** What lies and lives on our own machine in one schedule. It outlives the servers. */
export type Machine = {
  readonly runs: Map<RunId, Run>;
  /** Runs that were asked to stop, and when (epoch ms). */
  readonly stops: Map<RunId, number>;
  readonly workspaces: Set<SessionId>;
  launch(request: RunRequest): void;
  observe(id: RunId): RunFacts;
  stop(id: RunId): 'ended' | 'stopping';
  /** An agent at work takes up what it is told. */
  tell(id: RunId, message: RunMessage): Leaving;
  /** The agents at work on the issue of a session. */
  agentsOf(session: SessionId): number;
};

const STOP_GRACE_MS = 11_000; // as runs/stop.ts has it for the limits of server.ts: only then is a host killed
const identity = { pid: 4242, startTime: '1', bootId: 'b' } as const;
const spend = { agentMs: 1000, costMicroUsd: null, tokens: null } as const;

export function createMachine(time: VirtualTime): Machine {
  const runs = new Map<RunId, Run>();
  const stops = new Map<RunId, number>();
  return {
    ...{ runs, stops, workspaces: new Set() },
    launch(request) {
      const { runId: id } = request;
      if (runs.has(id)) return; // the first request stays, and one host claims it
      const [phase, reason] = stops.has(id) ? (['ended', 'stopped'] as const) : (['starting', 'finished'] as const);
      runs.set(id, { id, request, phase, reason, outputs: [], messages: new Map(), work: 'plain' });
    },
    observe(id) {
      const run = runs.get(id);
      const isStopRequested = stops.has(id);
      if (!run) return { ...unseen, isStopRequested };
      const { request, phase, reason, outputs, messages } = run;
      if (phase === 'starting') return { ...unseen, request, isStopRequested };
      const end = { reason, exitCode: 0, signal: null, detail: `It ${reason}.`, endedAt: time.now };
      const status = {
        ...{ runId: id, host: identity, agent: null, startedAt: request.createdAt },
        ...{ state: phase === 'ended' ? ('ended' as const) : ('running' as const), outputAt: time.now, outputBytes: 1 },
        ...{ mark: null, memoryMiB: null, processes: null, diskMiB: null },
        heartbeatAt: phase === 'running' ? time.now : request.createdAt,
        ...{ spend, end: phase === 'ended' ? end : null },
      };
      const host = phase === 'running' ? 'alive' : 'dead';
      const looks = { isOtherBoot: false, agent: null } as const;
      return {
        ...unseen,
        request,
        lock: identity,
        host,
        ...looks,
        status,
        outputs,
        messages: new Map(messages),
        isStopRequested,
      };
    },
    tell(id, { id: message }) {
      const run = runs.get(id);
      const isAtWork = run?.phase === 'starting' || run?.phase === 'running';
      if (run && !run.messages.has(message)) run.messages.set(message, isAtWork ? 'read' : 'too-late');
      return 'left';
    },
    stop(id) {
      const askedAt = stops.get(id) ?? time.now;
      stops.set(id, askedAt);
      const run = runs.get(id);
      if (!run || run.phase === 'ended' || run.phase === 'dead') return 'ended';
      if (run.phase === 'running' && time.now < askedAt + STOP_GRACE_MS) return 'stopping';
      run.phase = 'ended';
      run.reason = 'stopped';
      return 'ended';
    },
    agentsOf(session) {
      const issue = session.slice(0, session.lastIndexOf('-') + 1);
      let count = 0;
      for (const { request, phase } of runs.values()) {
        if (phase === 'running' && request.sessionId.startsWith(issue)) count += 1;
      }
      return count;
    },
  };
}

const unseen: RunFacts = {
  ...{
    request: null,
    lock: null,
    host: null,
    isOtherBoot: false,
    agent: null,
    status: null,
    outputs: [],
    messages: new Map(),
    isStopRequested: false,
    problems: [],
  },
};
