import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { Agent } from '../agent.ts';

/** Any program: it finds its task in REEVE_* variables, speaks by appending to REEVE_OUTPUT, and its exit code is its end. */
export function createCustomCommandAgent({ argv }: Pick<AgentSpec, 'argv'>): Agent {
  return {
    start: (task) => ({
      argv,
      environment: {
        REEVE_PROMPT_FILE: task.promptPath,
        REEVE_OUTPUT: task.outputPath,
        REEVE_SESSION_ID: task.sessionId,
        REEVE_RUN_ID: task.runId,
        REEVE_CONVERSATION_ID: task.conversationId,
        REEVE_RESUME: task.isResume ? '1' : '0',
      },
    }),
  };
}
