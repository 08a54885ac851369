import type { AgentTask } from './agent.ts';

/** What every agent's environment says of its run, and what `reeve-agent` needs in it. */
export function runVariables(task: AgentTask): Record<string, string> {
  return {
    REEVE_PROMPT_FILE: task.promptPath,
    REEVE_OUTPUT: task.outputPath,
    REEVE_SESSION_ID: task.sessionId,
    REEVE_RUN_ID: task.runId,
    REEVE_CONVERSATION_ID: task.conversationId,
    REEVE_RESUME: task.isResume ? '1' : '0',
  };
}
