import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { Agent } from '../agent.ts';
import { CodexConversation } from './conversation.ts';
import { codexStart } from './start-arguments.ts';

/** Codex, driven by `codex app-server`: JSON-RPC on stdio, one object a line. */
export function createCodexAgent({ argv }: Pick<AgentSpec, 'argv'>): Agent {
  return {
    start: (task) => codexStart(argv, task),
    converse: (task, channel) => new CodexConversation(task, channel),
  };
}
