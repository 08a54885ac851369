import { dirname } from 'node:path';

import type { AgentStart } from '../agents/agent.ts';
import type { RunRequest } from '../domain/run/run.ts';
import { RUN_VARIABLE } from '../runs/run-directory/run-processes.ts';

type Surroundings = {
  /** The operator's PATH, as the run host has it. */
  readonly path: string;
  /** Holds `reeve-agent`. */
  readonly programsPath: string;
  /** Where it speaks to Reeve; also the mark by which every process of the run is found. */
  readonly outputPath: string;
};

/**
 * The agent's whole environment: an allow-list, what the operator added, and what its adapter needs. Later entries win,
 * so nobody's addition can change what a run is told about itself.
 */
export function agentEnvironment(
  request: RunRequest,
  start: AgentStart,
  { path, programsPath, outputPath }: Surroundings,
): Record<string, string> {
  const operatorPath = request.environment['PATH'] ?? path;
  return {
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...request.environment,
    PATH: [programsPath, operatorPath, dirname(process.execPath)].join(':'),
    HOME: `${request.workspacePath}/home`,
    TMPDIR: `${request.workspacePath}/tmp`,
    ...start.environment,
    [RUN_VARIABLE]: outputPath,
  };
}
