import type { RunId, SessionId } from '../domain/ids.ts';

/** What an agent is told about its run. Paths are absolute and readable inside its sandbox. */
export type AgentTask = {
  readonly runId: RunId;
  readonly sessionId: SessionId;
  readonly conversationId: string;
  /** It has worked in this conversation before and is to go on. */
  readonly isResume: boolean;
  readonly promptPath: string;
  /** Append-only; one JSON line per typed output. */
  readonly outputPath: string;
};

/** How its program is started; the environment is added to the allow-listed one. */
export type AgentStart = {
  readonly argv: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
};

/** The adapter of one coding program. It only says how; the run host starts, watches and ends. */
export type Agent = {
  start(task: AgentTask): AgentStart;
};
