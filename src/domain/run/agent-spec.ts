/** The programs that we know how to drive; `acp` is any other one that speaks the Agent Client Protocol. */
export const agentKinds = ['custom-command', 'claude-code', 'codex', 'opencode', 'gemini', 'acp'] as const;
export type AgentKind = (typeof agentKinds)[number];

/** One agent that the operator has configured. */
export type AgentSpec = {
  /** What people call it: in labels (`reeve:agent/NAME`), on cards, in limits. Letters, digits and dashes. */
  readonly name: string;
  readonly kind: AgentKind;
  /** The program and its first arguments; what the protocol needs is added by its adapter. */
  readonly argv: readonly [string, ...string[]];
  /** The model it is to use; null: its own choice. */
  readonly model: string | null;
};
