import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Agent } from '../agents/agent.ts';
import { createCustomCommandAgent } from '../agents/custom-command/custom-command.ts';
import type { AgentSpec } from '../domain/run/agent-spec.ts';
import type { ProcessIdentity, RunRequest, RunStatus } from '../domain/run/run.ts';
import { spendOf } from '../domain/run/report.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { messageOf } from '../lib/errors.ts';
import { identityOf } from '../lib/process-table.ts';
import { runDirectoryAt } from '../runs/run-directory.ts';
import { claimLock } from '../runs/run-directory/host-lock.ts';
import { readSignedRequest } from '../runs/run-directory/request.ts';
import { isStopRequested } from '../runs/run-directory/stop-file.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { HostOptions } from './host-options.ts';
import { runAgent } from './run-agent.ts';

const DETAIL_CHARACTERS_MAX = 500;

type AgentOf = (spec: AgentSpec) => Promise<Agent>;

/** `refused`: the request is not ours. `claimed`: another host has this run. */
export type HostOutcome = 'ended' | 'refused' | 'claimed';

/**
 * Supervises one run from its request to its end. It needs nobody: not the server, not a terminal. Only the host that
 * claims the lock starts an agent, and it looks for `stop` after claiming, so that a run that was stopped never starts.
 */
export async function runHost(options: HostOptions, agentOf: AgentOf = ourAgent): Promise<HostOutcome> {
  const { now, onError } = options;
  const directory = runDirectoryAt(options.runDirectory);
  const reading = await readSignedRequest(directory, options.key);
  if (reading.kind !== 'read') {
    onError(new Error(reading.kind === 'problem' ? reading.problem : 'There is no request.json.'));
    return 'refused';
  }
  const request = reading.value;
  const host = await identityOf(process.pid);
  if (host === null) throw new Error('This process does not find itself in /proc.');
  if (!(await claimLock(directory, host))) return 'claimed';
  crashPoint('run.claimed');

  const heartbeat = startHeartbeat(directory, firstStatus(request, host, now()), { now, onError });
  await heartbeat.beat();
  crashPoint('run.begun');
  const end = await endOf({ ...options, request, directory, heartbeat }, agentOf);
  await heartbeat.end({ ...end, endedAt: now() });
  crashPoint('run.ended');
  return 'ended';
}

async function endOf(run: Parameters<typeof runAgent>[0], agentOf: AgentOf): ReturnType<typeof runAgent> {
  try {
    if (await isStopRequested(run.directory)) {
      return { reason: 'stopped', exitCode: null, signal: null, detail: 'It was stopped before it began.' };
    }
    for (const name of ['home', 'tmp']) {
      await mkdir(join(run.request.workspacePath, name), { recursive: true, mode: 0o700 });
    }
    return await runAgent(run, await agentOf(run.request.agent));
  } catch (error) {
    run.onError(error);
    const detail = `Its run host failed: ${messageOf(error)}`.slice(0, DETAIL_CHARACTERS_MAX);
    return { reason: run.heartbeat.hasAgent() ? 'crashed' : 'not-started', exitCode: null, signal: null, detail };
  }
}

/** The adapter of an agent. Each is loaded when it is needed, so that a host holds no other. */
async function ourAgent(spec: AgentSpec): Promise<Agent> {
  switch (spec.kind) {
    case 'custom-command':
      return createCustomCommandAgent(spec);
    case 'claude-code': {
      const { createClaudeCodeAgent } = await import('../agents/claude-code/claude-code.ts');
      return createClaudeCodeAgent(spec);
    }
    case 'codex': {
      const { createCodexAgent } = await import('../agents/codex/codex.ts');
      return createCodexAgent(spec);
    }
    case 'opencode':
    case 'gemini':
    case 'acp': {
      const { createAcpAgent } = await import('../agents/acp/acp.ts');
      return createAcpAgent({ kind: spec.kind, argv: spec.argv });
    }
  }
}

function firstStatus(request: RunRequest, host: ProcessIdentity, at: number): RunStatus {
  return {
    runId: request.runId,
    state: 'starting',
    host,
    agent: null,
    startedAt: at,
    heartbeatAt: at,
    outputAt: at,
    outputBytes: 0,
    spend: spendOf([], 0),
    mark: null,
    memoryMiB: null,
    processes: null,
    diskMiB: null,
    end: null,
  };
}
