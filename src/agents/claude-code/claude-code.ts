import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { Agent } from '../agent.ts';
import { ClaudeCodeConversation } from './conversation.ts';
import { claudeCodeStart } from './start.ts';

/** Claude Code, driven by the control protocol of `claude --print`: one JSON object a line on stdio. */
export function createClaudeCodeAgent(spec: Pick<AgentSpec, 'argv' | 'model'>): Agent {
  return {
    start: (task) => claudeCodeStart(spec, task),
    converse: (task, channel) => new ClaudeCodeConversation(task, channel),
  };
}
