import type { AgentSpec } from '../../domain/run/agent-spec.ts';
import type { AgentStart, AgentTask } from '../agent.ts';
import type { Fields } from './untrusted.ts';

/** What is particular to one program that speaks the Agent Client Protocol. */
export type Dialect = {
  start(spec: Pick<AgentSpec, 'argv'>, task: AgentTask): AgentStart;
  /** It takes a second prompt into the turn in hand; of others a new one ends the turn or waits until it is over. */
  readonly takesPromptsWhileBusy: boolean;
  /** It can be handed an MCP server as it is started here. */
  readonly takesMcpServers: boolean;
  /** What the program itself calls a model of the operator's. */
  modelName(model: string): string;
  /** The tokens of the turn that this answer ends; null when it does not tell all of them. */
  turnTokens(answer: Fields): number | null;
};
