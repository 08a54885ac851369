import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { Agent } from '../agent.ts';
import { runVariables } from '../run-variables.ts';

/** Any program: it finds its task in REEVE_* variables, speaks by appending to REEVE_OUTPUT, and its exit code is its end. */
export function createCustomCommandAgent({ argv }: Pick<AgentSpec, 'argv'>): Agent {
  return {
    start: (task) => ({ argv, environment: runVariables(task) }),
  };
}
