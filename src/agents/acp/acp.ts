import type { AgentKind, AgentSpec } from '../../domain/run/agent-spec.ts';
import type { Agent, ModelAccess } from '../agent.ts';
import { runVariables } from '../run-variables.ts';
import { openConversation } from './conversation.ts';
import type { Dialect } from './dialect.ts';
import { gemini } from './gemini.ts';
import { openCode } from './opencode.ts';

export type AcpKind = Extract<AgentKind, 'acp' | 'opencode' | 'gemini'>;

/** Any program that speaks the Agent Client Protocol on its stdin and stdout. */
export function createAcpAgent({ kind, argv }: { kind: AcpKind; argv: AgentSpec['argv'] }): Agent {
  const dialect = dialects[kind];
  return {
    start: (task) => dialect.start({ argv }, task),
    converse: (task, channel) => openConversation(dialect, task, channel),
  };
}

/** One that we know nothing of: it is started as the operator says, and told of the model where programs mostly look. */
const anyProgram: Dialect = {
  start: ({ argv }, task) => ({
    argv,
    environment: { ...runVariables(task), ...(task.access === null ? {} : modelVariables(task.access)) },
  }),
  takesPromptsWhileBusy: false,
  takesMcpServers: true,
  modelName: (model) => model,
  turnTokens: () => null,
};

const dialects: Readonly<Record<AcpKind, Dialect>> = { acp: anyProgram, opencode: openCode, gemini };

function modelVariables({ url, bearer }: ModelAccess): Record<string, string> {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: bearer,
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: bearer,
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: bearer,
  };
}
